#!/usr/bin/env python3
"""Makes fold_table.c, the table of Unicode's simple case folding, from Unicode's CaseFolding.txt.

    python3 base/fold_table.py /usr/share/unicode/CaseFolding.txt > base/fold_table.c

Debian has the file in the package unicode-data. Taken are the statuses C (common) and S (simple); F (full, one to
many) and T (Turkish) are left out, so that folding is 1:1 and the same in every locale.
"""
import sys


def read_foldings(path):
    """(version line, {code point: folded}) without ASCII, which text_fold() does by itself."""
    foldings = {}
    with open(path, encoding="utf-8") as lines:
        version = lines.readline().strip("# \n")
        for line in lines:
            fields = [field.strip() for field in line.split("#")[0].split(";")]
            if len(fields) >= 3 and fields[1] in ("C", "S"):
                code = int(fields[0], 16)
                if code >= 0x80:
                    foldings[code] = int(fields[2], 16)
    return version, foldings


def make_ranges(foldings):
    """[first, last, stride, delta], greedily: a run goes on while delta and stride (1 or 2) stay the same."""
    ranges = []
    for code in sorted(foldings):
        delta = foldings[code] - code
        if ranges:
            last = ranges[-1]
            gap = code - last[1]
            if delta == last[3] and gap in ((1, 2) if last[0] == last[1] else (last[2],)):
                last[1], last[2] = code, gap
                continue
        ranges.append([code, code, 1, delta])
    return ranges


def check(ranges, foldings):
    """The ranges, expanded, are the foldings."""
    expanded = {}
    for first, last, stride, delta in ranges:
        for code in range(first, last + 1, stride):
            expanded[code] = code + delta
    if expanded != foldings:
        sys.exit("the ranges do not give the foldings back")


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: fold_table.py CaseFolding.txt > fold_table.c")
    version, foldings = read_foldings(sys.argv[1])
    ranges = make_ranges(foldings)
    check(ranges, foldings)
    print("/* Made by fold_table.py from Unicode's %s (status C and S)." % version)
    print(" * Do not edit: run the script again. %d foldings in %d ranges. */" % (len(foldings), len(ranges)))
    print('#include "fold_table.h"')
    print()
    # One range a line, so that a new version of Unicode shows in a diff.
    print("/* clang-format off */")
    print("const struct fold_range fold_table[] = {")
    for first, last, stride, delta in ranges:
        print("\t{ 0x%04x, 0x%04x, %d, %d }," % (first, last, stride, delta))
    print("};")
    print("/* clang-format on */")
    print()
    print("const size_t fold_table_count = sizeof(fold_table) / sizeof(fold_table[0]);")


if __name__ == "__main__":
    main()
