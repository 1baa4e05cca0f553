"""extract.py README OUTPUT: writes the README's first C program to a file; fails when there is none."""
import re
import sys

text = open(sys.argv[1], encoding="utf-8").read()
program = re.search(r"^```c\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
if not program:
    sys.exit(f"{sys.argv[1]}: no C program found")
with open(sys.argv[2], "w", encoding="utf-8") as out:
    out.write(program.group(1))
