"""extract.py DOCUMENT LANGUAGE OUTPUT [INDEX]: writes one of the document's programs in that language (c, cpp, python),
the first or the one of that index, to a file.

Fails when there is none."""
import re
import sys

document, language, output = sys.argv[1:4]
index = int(sys.argv[4]) if len(sys.argv) > 4 else 0
with open(document, encoding="utf-8") as file:
    programs = re.findall(rf"^```{language}\n(.*?)^```$", file.read(), re.DOTALL | re.MULTILINE)
if len(programs) <= index:
    sys.exit(f"{document}: no {language} program found")
with open(output, "w", encoding="utf-8") as out:
    out.write(programs[index])
