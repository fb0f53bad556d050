#!/usr/bin/env python3
"""Makes width_table.c, what a terminal does with each code point, from the files of the Unicode Character Database.

    python3 base/width_table.py /usr/share/unicode > base/width_table.c

Debian has the folder in the package unicode-data. Three kinds of code points are not simply one column wide:
  HIDDEN  shows nothing and may act on what is around it: controls, format characters, line and paragraph separators
          (UnicodeData.txt: Cc, Cf, Zl, Zp), and Default_Ignorable_Code_Point (DerivedCoreProperties.txt)
  MARK    stands on the character before it: Mn and Me, and the Hangul vowels and finals that join their syllable
  WIDE    takes two columns: W and F of EastAsianWidth.txt, emoji among them
"""
import os
import sys

LAST = 0x10FFFF
HIDDEN, MARK, WIDE = "WIDTH_HIDDEN", "WIDTH_MARK", "WIDTH_WIDE"
# Conjoining jamo behind the initial consonant: U+1160..11FF, and their extension.
JOINING_JAMO = (range(0x1160, 0x1200), range(0xD7B0, 0xD800))


def read_lines(folder, name):
    """(the file's version line, [fields of each line])"""
    with open(os.path.join(folder, name), encoding="utf-8") as lines:
        text = lines.read().splitlines()
    return text[0].strip("# "), [[field.strip() for field in line.split("#")[0].split(";")] for line in text]


def spread(fields):
    """The code points of `0041` or `0041..005A`."""
    first, _, last = fields.partition("..")
    return range(int(first, 16), int(last or first, 16) + 1)


def read_categories(folder):
    """{code point: general category}; large blocks have a line for the first and one for the last."""
    categories, first = {}, None
    for fields in read_lines(folder, "UnicodeData.txt")[1]:
        code = int(fields[0], 16)
        if fields[1].endswith(", First>"):
            first = code
            continue
        for each in range(first if first is not None else code, code + 1):
            categories[each] = fields[2]
        first = None
    return categories


def classify(folder):
    """(version line, {code point: kind}); what is listed later wins."""
    version, widths = read_lines(folder, "EastAsianWidth.txt")
    kinds = {}
    for fields in widths:
        if len(fields) == 2 and fields[1] in ("W", "F"):
            kinds.update(dict.fromkeys(spread(fields[0]), WIDE))
    for code, category in read_categories(folder).items():
        if category in ("Mn", "Me"):
            kinds[code] = MARK
        elif category in ("Cc", "Cf", "Zl", "Zp"):
            kinds[code] = HIDDEN
    for block in JOINING_JAMO:
        kinds.update(dict.fromkeys(block, MARK))
    for fields in read_lines(folder, "DerivedCoreProperties.txt")[1]:
        if len(fields) == 2 and fields[1] == "Default_Ignorable_Code_Point":
            kinds.update(dict.fromkeys(spread(fields[0]), HIDDEN))
    return version, kinds


def make_ranges(kinds):
    ranges = []
    for code in sorted(kinds):
        if ranges and ranges[-1][1] == code - 1 and ranges[-1][2] == kinds[code]:
            ranges[-1][1] = code
        else:
            ranges.append([code, code, kinds[code]])
    return ranges


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: width_table.py FOLDER > width_table.c")
    version, kinds = classify(sys.argv[1])
    ranges = make_ranges(kinds)
    print("/* Made by width_table.py from Unicode's %s and its neighbours." % version)
    print(" * Do not edit: run the script again. %d code points in %d ranges. */" % (len(kinds), len(ranges)))
    print('#include "width_table.h"')
    print()
    # One range a line, so that a new version of Unicode shows in a diff.
    print("/* clang-format off */")
    print("const struct width_range width_table[] = {")
    for first, last, kind in ranges:
        print("\t{ 0x%04x, 0x%04x, %s }," % (first, last, kind))
    print("};")
    print("/* clang-format on */")
    print()
    print("const size_t width_table_count = sizeof(width_table) / sizeof(width_table[0]);")


if __name__ == "__main__":
    main()
