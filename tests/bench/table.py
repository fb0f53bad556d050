"""What was measured, as rows: for people a table, for programs JSON."""

import statistics


class Row:
    """One figure. `values`: one a repetition. `bar`: what it should not exceed; None: only for comparison."""

    def __init__(self, work, what, values, bar=None, digits=3, unit="", beside=""):
        self.work, self.what, self.values = work, what, list(values)
        self.bar, self.digits, self.unit, self.beside = bar, digits, unit, beside

    def text(self, value):
        return f"{value:,.{self.digits}f}" + (f" {self.unit}" if self.unit else "")

    def met(self):
        return None if self.bar is None else median(self.values) <= self.bar

    def cells(self, judged):
        figure = self.text(median(self.values)) if self.values else ""
        spread = bar = verdict = ""
        if len(self.values) > 1:
            spread = f"{min(self.values):,.{self.digits}f}..{max(self.values):,.{self.digits}f}"
        if self.bar is not None:
            bar = f"<= {self.bar:g}"
            verdict = ("met" if self.met() else "MISSED") if judged else ""
        return [self.what, figure, spread, bar, verdict, self.beside]

    def document(self, judged):
        return {
            "work": self.work, "what": self.what, "unit": self.unit or "ratio", "values": self.values,
            "median": median(self.values) if self.values else None, "min": min(self.values, default=None),
            "max": max(self.values, default=None), "bar": self.bar, "met": self.met() if judged else None,
            "beside": self.beside,
        }


def median(values):
    return statistics.median(values)


def show(rows, judged):
    """`judged`: bars are held against the figures, not only shown."""
    head = ["work", "median", "min..max", "bar", "", "beside it"]
    right = {1, 2, 3}
    lines = [row.cells(judged) for row in rows]
    widths = [max(len(line[column]) for line in [head, *lines]) for column in range(len(head))]

    def put(cells, indent):
        cells = [cell.rjust(width) if column in right else cell.ljust(width)
                 for column, (cell, width) in enumerate(zip(cells, widths))]
        print((indent + "  ".join(cells)).rstrip())

    put(head, "  ")
    work = None
    for row, line in zip(rows, lines):
        if row.work != work:
            print(row.work)
        work = row.work
        put(line, "  ")
