"""extract.py DOCUMENT LANGUAGE OUTPUT: writes the document's first program in that language (c, cpp, python) to a file.

Fails when there is none."""
import re
import sys

document, language, output = sys.argv[1:]
with open(document, encoding="utf-8") as file:
    program = re.search(rf"^```{language}\n(.*?)^```$", file.read(), re.DOTALL | re.MULTILINE)
if not program:
    sys.exit(f"{document}: no {language} program found")
with open(output, "w", encoding="utf-8") as out:
    out.write(program.group(1))
