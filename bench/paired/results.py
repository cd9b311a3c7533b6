"""Files of results, and the tables in BENCHMARKS.md that are made from them."""
import contextlib
import json
import sys


@contextlib.contextmanager
def replacing(path):
    """A function that writes JSON lines to `path`, where an earlier file stays until all of them are written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".jsonl.partial")
    with partial.open("w") as file:
        def write(line):
            print(json.dumps(line), file=file, flush=True)
        yield write
    partial.replace(path)


def read(path):
    """The lines of a file, the session's first; nothing where there is no file."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else None


def put_between_markers(path, name, text):
    """Replaces what stands between a document's two markers of this name."""
    document = path.read_text()
    begin, end = f"<!-- bench:{name} -->", f"<!-- /bench:{name} -->"
    before, found, rest = document.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        sys.exit(f"{path}: the markers {begin} and {end} are missing, so there is no place for the table")
    path.write_text(f"{before}{begin}\n{text}\n{end}{after}")
