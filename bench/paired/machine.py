"""The machine that a result was measured on, and how busy others kept it."""
import datetime
import os
import platform
import re

from .process import QUIET
from .spread import median


def description():
    """Processor, cores, memory, system and date."""
    return {
        "date": datetime.datetime.now().astimezone().strftime("%Y-%m-%d"),
        "processor": field("/proc/cpuinfo", r"model name\s*:\s*(.+)") or platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(int(field("/proc/meminfo", r"MemTotal:\s*(\d+)")) / 2**20, 1),
        "avx512": "avx512f" in (field("/proc/cpuinfo", r"flags\s*:\s*(.+)") or "").split(),
        "system": f"{platform.system()} {platform.release()}",
    }


def field(path, pattern):
    """The first match in a file of /proc."""
    with open(path) as file:
        found = re.search(pattern, file.read())
    return found[1].strip() if found else None


def footer(lines):
    """The sentence below a table that says what it was measured on."""
    session, runs = lines[0], lines[1:]
    versions = {}
    for run in runs:
        versions.update(run.get("versions", {}))
    busy = [run["other_cores_busy"] for run in runs]
    disturbed = sum(cores > QUIET for cores in busy)
    rounds = f"{session['rounds']} round" + ("s" if session["rounds"] > 1 else "")
    return "\n".join([
        f"{session['date']}, {session['processor']}{', AVX-512' if session['avx512'] else ''}, {session['cores']} cores, "
        f"{session['memory_gib']} GiB, {session['system']}; {rounds}, {session['threads']} threads; "
        f"{session['aevb']}" + (f" (source at {session['commit']})" if session["commit"] else "")
        + "".join(f", {name} {version}" for name, version in versions.items()) + ".",
        f"Other processes kept {median(busy):.2f} cores busy (median; at most {max(busy):.2f}); "
        f"more than {QUIET} in {disturbed} of {len(busy)} results" + "." ,
    ])
