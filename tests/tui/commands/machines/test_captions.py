"""Machine captions: a tiny model made here, loaded offline in a child; missing extras and models in words."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.reports.captions import captions
from engine.reports.captions.captions import PACKAGES, CaptionError, check_model
from tui.cli import app
from tui.commands.options import UNUSABLE

HAS_EXTRA = all(importlib.util.find_spec(one) for one in (*PACKAGES, "torchvision", "matplotlib"))

needs_extra = pytest.mark.skipif(not HAS_EXTRA, reason="the extras `caption` and `report` are not installed")

MAKE = """
import sys, torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (Blip2Config, Blip2ForConditionalGeneration, Blip2Processor, Blip2QFormerConfig,
    Blip2VisionConfig, BlipImageProcessor, OPTConfig, PreTrainedTokenizerFast)
words = ["<pad>", "<s>", "</s>", "<unk>", "<image>", "Question", ":", "Answer", "?", "peak", "bearing"]
model = Tokenizer(models.WordLevel({word: at for at, word in enumerate(words)}, unk_token="<unk>"))
model.pre_tokenizer = pre_tokenizers.Whitespace()
tokenizer = PreTrainedTokenizerFast(tokenizer_object=model, pad_token="<pad>", bos_token="<s>",
    eos_token="</s>", unk_token="<unk>")
torch.manual_seed(0)
small = dict(hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2)
config = Blip2Config(
    vision_config=Blip2VisionConfig(**small, image_size=28, patch_size=14).to_dict(),
    qformer_config=Blip2QFormerConfig(**small, vocab_size=len(words), encoder_hidden_size=16).to_dict(),
    text_config=OPTConfig(vocab_size=len(words), hidden_size=16, ffn_dim=32, num_hidden_layers=1,
        num_attention_heads=2, word_embed_proj_dim=16, max_position_embeddings=256, pad_token_id=0,
        bos_token_id=1, eos_token_id=2).to_dict(),
    num_query_tokens=4, image_token_index=4)
network = Blip2ForConditionalGeneration(config)
network.save_pretrained(sys.argv[1])
Blip2Processor(BlipImageProcessor(size={"height": 28, "width": 28}), tokenizer, num_query_tokens=4
    ).save_pretrained(sys.argv[1])
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a tiny BLIP-2 with random weights."""
    folder = tmp_path_factory.mktemp("model") / "tiny-blip2"
    subprocess.run([sys.executable, "-c", MAKE, str(folder)], check=True, capture_output=True)
    return folder


@needs_extra
def test_each_plot_gets_a_caption_with_its_doubts(model: Path, whole_store: Path) -> None:
    words = ["explain", "--state", str(whole_store), "--caption", str(model)]
    done = CliRunner().invoke(app, [*words, "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert {"trend", "spectrum"} <= {one["plot"] for one in told["captions"]}
    assert told["sentences"]
    # A model with random weights says nothing that could be trusted.
    assert all(one["doubts"] or one["text"] for one in told["captions"])
    again = CliRunner().invoke(app, [*words, "--json"], catch_exceptions=False)
    assert json.loads(again.stdout)["captions"] == told["captions"]
    plain = CliRunner().invoke(app, words, catch_exceptions=False)
    assert "Machine captions by tiny-blip2, not evidence:" in plain.stdout


def test_a_missing_package_names_the_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(captions, "PACKAGES", ("no_such_package",))
    with pytest.raises(CaptionError, match=r"pip install 'raceway\[caption,report\]'"):
        check_model(tmp_path)


def test_a_folder_without_a_model_or_with_a_pickle_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(captions, "PACKAGES", ())
    pytest.importorskip("matplotlib")
    with pytest.raises(CaptionError, match=r"holds no model \(config.json is missing\)"):
        check_model(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(CaptionError, match="could run code"):
        check_model(tmp_path)


def test_a_caption_is_of_an_alarm_or_of_the_machine(whole_store: Path, tmp_path: Path) -> None:
    words = ["explain", "--state", str(whole_store), "--component", "Bearing 1", "--caption", str(tmp_path)]
    done = CliRunner().invoke(app, words, catch_exceptions=False)
    assert done.exit_code == UNUSABLE
    assert done.stderr.count("\n") == 1


def test_no_command_loads_torch_unless_asked_for() -> None:
    code = (
        "import sys, tui.commands.machines.explain, engine.reports.captions.captions;"
        "print([one for one in ('torch', 'transformers', 'PIL', 'matplotlib') if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
