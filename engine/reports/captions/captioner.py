"""Captions pictures with a local model in a process of its own, so that torch enters no other one.

Run as `python -m engine.reports.captions.captioner FOLDER`. The folder holds `request.json` (model: a folder,
question, words, pictures: names of PNG files in the folder). Prints one line of JSON for each picture:
its name and the answer. Models are read from the disk alone, as safetensors: a pickle could run code.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

# Set before transformers is imported: nothing is asked of any network.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_OFFLINE"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"

import torch
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoProcessor


def main(folder: Path) -> None:
    """Caption the pictures of a request."""
    request = json.loads((folder / "request.json").read_text(encoding="utf-8"))
    processor = AutoProcessor.from_pretrained(request["model"], local_files_only=True)
    network = AutoModelForImageTextToText.from_pretrained(
        request["model"], local_files_only=True, use_safetensors=True
    )
    network.eval()
    for name in request["pictures"]:
        with Image.open(folder / name) as picture:
            text = answer(processor, network, picture.convert("RGB"), request["question"], request["words"])
        print(json.dumps({"picture": name, "text": text}), flush=True)


def answer(processor: Any, network: Any, picture: Image.Image, question: str, words: int) -> str:
    """Return the model's answer to a question about a picture: the likeliest one, equal for equal input.

    Args:
        processor: of the model.
        network: the model.
        picture: in RGB.
        question: in words.
        words: most tokens of the answer.
    """
    if getattr(processor, "chat_template", None):
        content = [{"type": "image", "image": picture}, {"type": "text", "text": question}]
        given = processor.apply_chat_template(
            [{"role": "user", "content": content}],
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            return_tensors="pt",
        )
    else:
        # The form in which BLIP-2 learned to answer (Li and others, BLIP-2, 2023).
        prompt = f"Question: {question} Answer:"
        given = processor(images=picture, text=prompt, return_tensors="pt")
    with torch.inference_mode():
        made = network.generate(**given, max_new_tokens=words, do_sample=False)[0]
    asked = given["input_ids"][0]
    if len(made) >= len(asked) and torch.equal(made[: len(asked)], asked):
        made = made[len(asked) :]
    return str(processor.decode(made, skip_special_tokens=True)).strip()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
