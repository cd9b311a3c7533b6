"""The jobs that run aevb."""
import json
import statistics

from paired.training import WARM_UP

from .job import Job


def aevb(setup, contender, *arguments):
    """A command of one of our programs."""
    program, device = setup.programs[contender]
    return [program, *arguments, "--device", device]


def bench(setup, contender, kernel, *arguments):
    """A command of `aevb bench`."""
    return aevb(setup, contender, "bench", kernel, *arguments, "--seconds", setup.sizes.seconds, "--json")


def listed(numbers):
    """Several sizes, as commands take them."""
    return ",".join(str(number) for number in numbers)


def check(setup, contender):
    """Whether every kernel is right."""
    def read(watched):
        for device in json.loads(watched.text or "[]"):
            wrong = [check["operation"] for check in device["checks"] if not check["passed"]]
            yield {"kernels": len(device["checks"]), "wrong": wrong, "device": device["description"]}

    return Job("check", contender, aevb(setup, contender, "devices", "--check", "--json"), 45, read=read)


def epochs(setup, contender, graph, latent):
    """Epochs on a graph that is read."""
    return training(setup, "epochs", contender, f"vgae-{graph}", setup.sizes.epochs, latent, 30)


def split(setup, graph):
    """Where peers find the split of a graph, and where it is not there yet a job that makes it."""
    begin = f"epochs-vgae-{graph}-{setup.sizes.latents[0]}-"
    made = [setup.runs / f"{begin}{contender}" / "split.json" for contender in setup.programs]
    for path in made:
        if path.exists():
            return path, None
    job = training(setup, "split", "flex", f"vgae-{graph}", 1, None, 30)
    job.prepares, job.read = True, lambda _watched: []
    return folder_of(setup, "split", f"vgae-{graph}", None, "flex") / "split.json", job


def training(setup, part, contender, config, count, latent, limit):
    """A whole process of training."""
    folder = folder_of(setup, part, config, latent, contender)
    command = aevb(
        setup, contender, "train", config, "--set", f"train.epochs={count}", "--set", "train.evaluate_every=0",
        *(["--set", f"model.latent={latent}"] if latent else []), "--out", folder, "--quiet")
    about = {"config": config, **({"latent": latent} if latent else {}), "epochs": count}
    return Job(part, contender, command, limit, about, lambda watched: trained(watched, folder))


def folder_of(setup, part, config, latent, contender):
    """The folder of a run."""
    return setup.runs / f"{part}-{config}-{latent}-{contender}"


def trained(watched, folder):
    """What a run's folder says."""
    if watched.failure:
        return
    lines = [json.loads(line) for line in (folder / "timing.jsonl").read_text().splitlines()]
    seconds = [line["seconds"] for line in lines if "seconds" in line]
    steady = [1e3 * value for value in seconds[WARM_UP:] or seconds[1:] or seconds]
    test = json.loads((folder / "result.json").read_text())["test"]
    yield {
        "milliseconds": {"median": round(statistics.median(steady), 4), "lowest": round(min(steady), 4),
                         "highest": round(max(steady), 4)},
        "first_milliseconds": round(1e3 * seconds[0], 3), "seconds_to_exit": round(watched.seconds, 3),
        "metrics": {name: round(test[name], 6) for name in ("auc", "ap", "elbo") if name in test},
    }


def step(setup, contender, nodes, latents):
    """Training steps on a graph that is generated."""
    command = bench(setup, contender, "step", "--nodes", nodes, "--latent", listed(latents))
    limit = 60 if nodes >= setup.sizes.large_nodes else 30
    return Job("step", contender, command, limit, {"nodes": nodes, "width": listed(latents)})


def vae_step(setup, contender):
    """Training steps of a VAE of MNIST's size on a batch that stays on the device."""
    return Job("vae", contender, bench(setup, contender, "vae", "--latent", 20), 25)


def whole_run(setup, contender, config, count):
    """A run from beginning to end."""
    return training(setup, "run", contender, config, count, None, 90 if contender == "flex" else 45)


def spmm(setup, contender, nodes):
    """Sparse times dense alone, ten edges a node, 32 features."""
    return Job("spmm", contender, bench(setup, contender, "spmm", "--nodes", nodes), 25, {"nodes": nodes})


def pairwise(setup, contender, nodes):
    """The likelihood's sum over all pairs alone, with its gradient."""
    command = bench(setup, contender, "pairwise", "--nodes", nodes, "--latent", listed(setup.sizes.latents))
    return Job("pairwise", contender, command, 25, {"nodes": nodes})
