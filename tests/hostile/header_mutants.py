"""Safetensors files whose headers were changed: tokens of JSON moved, doubled, dropped and replaced."""
import json
import re
import struct

TOKEN = re.compile(r'"[^"]*"|[\[\]{}:,]|-?[0-9.eE+]+|[a-z]+|.')
SPARE = ['"F32"', '"U8"', '"BOOL"', '"F4"', '"dtype"', '"shape"', '"data_offsets"', '"__metadata__"', '"a"', '""', "0", "1", "4",
         "8", "-1", "1.0", "1e0", "18446744073709551615", "9223372036854775808", "null", "true", "[", "]", "{", "}", ",", ":",
         "[]", "{}", "[0]", " ", "\t", "\n", '"\\u0061"', '"\\ud800"', "[0,4]", "[4,8]"]


def good_header(generator):
    header, at = {}, 0
    if generator.random() < 0.3:
        header["__metadata__"] = {"k": "v", "l": "w"}
    for name in generator.sample(["a", "b", "c.d", "e", "\u00e9"], generator.randint(1, 4)):
        dtype, size = generator.choice([("F32", 4), ("U8", 1), ("BOOL", 1), ("F64", 8), ("BF16", 2), ("I64", 8)])
        shape = generator.choice([[], [0], [1], [2], [1, 2], [2, 0, 3]])
        count = 1
        for number in shape:
            count *= number
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + count * size]}
        at += count * size
    return json.dumps(header, separators=(",", ":"), ensure_ascii=False), at


def mutate_gently(text, generator):
    """What hardly any reader minds."""
    tokens = TOKEN.findall(text)
    for _ in range(generator.randint(1, 3)):
        at = generator.randrange(len(tokens))
        inner = at > 0 and tokens[at] == "{"
        tokens[at] += generator.choice(['"x":[1],', '"y":{"z":null},', '"x":-1.5e3,']) if inner else generator.choice(" \n\t")
    return "".join(tokens)


def mutate(text, generator):
    if generator.random() < 0.3:
        return mutate_gently(text, generator)
    tokens = TOKEN.findall(text)
    for _ in range(generator.choice([1, 1, 1, 2, 3])):
        at, other = generator.randrange(len(tokens)), generator.randrange(len(tokens))
        change = generator.randrange(5)
        if change == 0:
            tokens[at] = generator.choice(SPARE)
        elif change == 1:
            tokens.insert(at, generator.choice(SPARE))
        elif change == 2:
            tokens[at], tokens[other] = tokens[other], tokens[at]
        elif change == 3 and len(tokens) > 1:
            del tokens[at]
        else:
            tokens[at] = tokens[other]
    return "".join(tokens)


def mutant(generator):
    text, size = good_header(generator)
    header = mutate(text, generator).encode("utf-8", "surrogatepass")
    size += generator.choice([0, 0, 0, 0, 1, -1]) if size else 0
    return struct.pack("<Q", len(header)) + header + generator.randbytes(size)
