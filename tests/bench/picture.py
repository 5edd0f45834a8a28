"""A small picture for each rule: the times of all contenders and their ratios, against n."""

from .measure import ratios


def picture(found, rule, path):
    """Draw the picture, and return whether there was anything to show."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = rule  # makes the file reproducible
    matplotlib.rcParams["svg.fonttype"] = "none"
    from matplotlib import pyplot

    kind = (rule, "float64", 1)
    one = [t for t in found if (t.rule, t.dtype, t.threads) == kind and t.batch > 1 and t.part == "backward"]
    if not one:
        return False
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(7.5, 2.8), layout="constrained")
    for name in dict.fromkeys(t.contender for t in one):
        line = sorted((t.n, t.seconds * 1e3) for t in one if t.contender == name)
        left.loglog(*zip(*line, strict=True), ":" if name.endswith("own") else "-", marker=".", label=name)
    for label, rules in ratios(one).items():
        line = sorted((n, ratio) for (_, n, *_), ratio in rules[rule].items())
        right.loglog(*zip(*line, strict=True), marker=".", label=label)
    right.axhline(1, color="gray", linewidth=0.8)
    left.set(title=rule, xlabel="n", ylabel="ms")
    right.set(title="ours / theirs", xlabel="n")
    for axes in (left, right):
        if axes.get_legend_handles_labels()[0]:  # there may be no peer
            axes.legend(fontsize=6)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
    return True
