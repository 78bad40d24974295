"""Loads local weights through transformers, on the hardware that there is."""

from __future__ import annotations

from typing import Any, NamedTuple

from agents.local_models.weights import Weights

AUTO = "auto"

DTYPES = (AUTO, "float32", "bfloat16", "float16")


class Loaded(NamedTuple):
    """Weights that are ready to reply.

    Attributes:
        model: of transformers, or of peft around it.
        reader: makes tokens of chats: a processor where the model sees, else a tokenizer.
        sees: whether it takes pictures.
    """

    model: Any
    reader: Any
    sees: bool


def load(weights: Weights, *, dtype: str = AUTO, device: str = AUTO) -> Loaded:
    """Load weights; nothing is downloaded, and no code that lies with them is run.

    Args:
        weights: that are loaded.
        dtype: of DTYPES. "auto" is that of the file on a GPU and float32 on a CPU.
        device: as torch names it, such as "cuda:1". "auto" is all GPUs that there are, else the
            CPU.

    Raises:
        ImportError: transformers, or what it needs for these weights, is missing.
        ValueError: they cannot be loaded, or are of no chat model.
    """
    torch, transformers = import_transformers()
    if dtype not in DTYPES:
        raise ValueError(f"--dtype {dtype} is unknown: expected one of {', '.join(DTYPES)}.")
    has_gpu = bool(torch.cuda.is_available())
    on_gpu = has_gpu if device == AUTO else not device.startswith("cpu")
    wanted = dtype if dtype != AUTO or on_gpu else "float32"
    folder, local = str(weights.folder), {"local_files_only": True}
    if weights.gguf is not None:
        local["gguf_file"] = weights.gguf
    try:
        config = transformers.AutoConfig.from_pretrained(folder, **local)
        sees = type(config) in transformers.MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING
        if sees:
            reads, replies = transformers.AutoProcessor, transformers.AutoModelForImageTextToText
        else:
            reads, replies = transformers.AutoTokenizer, transformers.AutoModelForCausalLM
        reader = reads.from_pretrained(folder, **local)
        placed = {"device_map": AUTO} if device == AUTO and has_gpu else {}
        model = replies.from_pretrained(folder, dtype=wanted, **placed, **local)
        if not placed:
            model = model.to("cpu" if device == AUTO else device)
        if weights.adapter is not None:
            from peft import PeftModel

            model = PeftModel.from_pretrained(model, str(weights.adapter))
    except (KeyError, OSError, RuntimeError, ValueError) as error:
        told = " ".join(str(error).split())[:300]
        raise ValueError(f"{weights.name} cannot be loaded: {told}") from error
    if not getattr(reader, "chat_template", None):
        raise ValueError(
            f"{weights.name} has no chat template, so nobody says how a chat is put to it. Take "
            f"the weights of a chat or instruct model."
        )
    return Loaded(model.eval(), reader, sees)


def import_transformers() -> tuple[Any, Any]:
    """Return torch and transformers.

    Raises:
        ImportError: one is missing; the message says which extra brings it.
    """
    try:
        # First that which no other extra brings: the error of the first that is missing is told.
        import transformers

        import torch  # isort: skip
    except ImportError as error:
        from shiftgym.extras import missing

        raise ImportError(missing(error)) from error
    return torch, transformers
