"""Medians with ranges, as the tables print them."""
import math
import statistics


def median(values):
    """The median."""
    return statistics.median(values)


def significant(value, digits=3):
    """A number with so many significant digits, and no exponent."""
    decimals = digits - 1 - math.floor(math.log10(abs(value))) if value else 0
    return f"{value:,.{max(0, decimals)}f}".replace(",", " ")


def spread(values):
    """Median (lowest–highest), or the one value."""
    if not values:
        return "–"
    middle = significant(median(values))
    return middle if len(values) == 1 else f"{middle} ({significant(min(values))}–{significant(max(values))})"


def markdown(header, rows, names=1):
    """A Markdown table: so many columns of names, then numbers."""
    rule = ["---"] * names + ["---:"] * (len(header) - names)
    return "\n".join("| " + " | ".join(row) + " |" for row in [header, rule, *rows])
