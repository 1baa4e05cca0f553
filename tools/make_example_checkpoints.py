#!/usr/bin/env python3
"""Train the networks of three C examples and write examples/data/mlp_classifier.pt, small_cnn.pt and text_classifier.pt.

Needs torch and numpy. Each file holds the network as text, its weights and its optimizer after a short training, and
what the next training step gives: in float32, as the example's own step, and in float64, which tells how far rounding
alone reaches.
"""
import collections
import copy
import gzip
import pathlib

import numpy as np
import torch
from torch import nn

DATA = pathlib.Path(__file__).resolve().parent.parent / "examples" / "data"
IMAGES, BATCH, TESTED = 300, 50, 500
LENGTH, UNSEEN = 10, 6  # tokens of a sentence; the last sentences test


def build(text):
    return eval(text, {"OrderedDict": collections.OrderedDict, **vars(nn)})


def build_optimizer(text, model):
    name, arguments = text.split("(", 1)
    return eval(f"{name}(model.parameters(), {arguments}", {"model": model, **vars(torch.optim)})


def train(model, optimizer, logits_of, batches):
    for inputs, classes in batches:
        optimizer.zero_grad()
        logits = logits_of(model, inputs)
        loss = nn.functional.cross_entropy(logits, classes)
        loss.backward()
        optimizer.step()
    return logits.detach(), loss.detach()


def next_step(model, optimizer, text, logits_of, batch, dtype):
    """What one more step gives in this dtype; the model stays as it is."""
    model, state = copy.deepcopy(model).to(dtype), optimizer.state_dict()
    optimizer = build_optimizer(text, model)
    optimizer.load_state_dict(copy.deepcopy(state))
    logits, loss = train(model, optimizer, logits_of, [batch])
    return {"logits": logits, "loss": loss, "after": model.state_dict()}


def content_of(architecture, text, logits_of, batches, batch):
    """`batches` train the network; `batch` is that of the recorded step."""
    torch.manual_seed(0)
    model = build(architecture)
    optimizer = build_optimizer(text, model)
    train(model, optimizer, logits_of, batches)
    content = {
        "architecture": architecture,
        "model": model.state_dict(),
        "optimizer": text,
        "optimizer_state": optimizer.state_dict(),
        "float32": next_step(model, optimizer, text, logits_of, batch, torch.float32),
        "float64": next_step(model, optimizer, text, logits_of, batch, torch.float64),
    }
    return model, content


def count_right(model, logits_of, inputs, classes):
    with torch.no_grad():
        return int((logits_of(model, inputs).argmax(1) == classes).sum())


def save(content, name):
    torch.save(content, DATA / name)
    print(f"{name}: {content['test_correct']} right, {(DATA / name).stat().st_size} bytes")


def digits(architecture, optimizer, shape, epochs, name):
    """A network that classifies the digits, as images of this shape."""
    with gzip.open(DATA / "digits.csv.gz", "rt") as file:
        rows = np.loadtxt(file, delimiter=",", dtype=np.float32)
    images, classes = torch.from_numpy(rows[:, :64] / 16), torch.from_numpy(rows[:, 64].astype(np.int64))

    def logits_of(model, inputs):
        return model(inputs.reshape(-1, *shape).to(next(model.parameters()).dtype))

    batches = [(images[i : i + BATCH], classes[i : i + BATCH]) for i in range(0, IMAGES, BATCH)] * epochs
    model, content = content_of(
        architecture, optimizer, logits_of, batches,
        (images[IMAGES : IMAGES + BATCH], classes[IMAGES : IMAGES + BATCH]))
    content["test_correct"] = count_right(model, logits_of, images[-TESTED:], classes[-TESTED:])
    save(content, name)


def mlp():
    digits("Sequential(Linear(64, 20), ReLU(), Linear(20, 10))", "AdamW(lr=0.01, weight_decay=0.05)", (64,), 4,
           "mlp_classifier.pt")


def cnn():
    digits("Sequential(Conv2d(1, 8, 3, padding=1), ReLU(), MaxPool2d(2), Conv2d(8, 16, 3, padding='same'), ReLU(), "
           "AdaptiveAvgPool2d(2), Flatten(), Linear(64, 10))", "SGD(lr=0.1, momentum=0.9)", (1, 8, 8), 30,
           "small_cnn.pt")


def read_sentences():
    """Classes in the order of their first sentence, the words of each sentence, and its class."""
    rows = [line.split("\t") for line in (DATA / "sentences.tsv").read_text().splitlines()]
    names = list(dict.fromkeys(name for name, _ in rows))
    return names, [words.split() for _, words in rows], torch.tensor([names.index(name) for name, _ in rows])


def text():
    names, sentences, classes = read_sentences()
    seen = len(sentences) - UNSEEN
    vocabulary = ["<pad>", "<unknown>"] + list(dict.fromkeys(word for words in sentences[:seen] for word in words))
    numbers = {word: number for number, word in enumerate(vocabulary)}
    tokens = torch.zeros(len(sentences), LENGTH, dtype=torch.int64)
    for row, words in zip(tokens, sentences):
        row[: len(words)] = torch.tensor([numbers.get(word, 1) for word in words])

    def logits_of(model, inputs):
        return model["head"](model["norm"](model["embedding"](inputs).mean(1)))

    architecture = (
        f"ModuleDict({{'embedding': Embedding({len(vocabulary)}, 12, padding_idx=0), 'norm': LayerNorm(12), "
        f"'head': Sequential(Linear(12, 12), GELU(), Linear(12, {len(names)}))}})"
    )
    batch = (tokens[:seen], classes[:seen])
    model, content = content_of(architecture, "Adam(lr=0.01)", logits_of, [batch] * 2, batch)
    content["vocabulary"], content["classes"] = vocabulary, names
    content["test_correct"] = count_right(model, logits_of, tokens[seen:], classes[seen:])
    save(content, "text_classifier.pt")


def main():
    torch.set_num_threads(1)
    mlp()
    cnn()
    text()


if __name__ == "__main__":
    main()
