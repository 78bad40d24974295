"""A language model of a few thousand weights, drawn at random, with a tokenizer for the streets.

Lines that come again and again in the prompts are one token each, so that episodes stay short.
"""

from stand_in import ID
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast, set_seed
from trl.chat_template_utils import qwen3_chat_template

from shiftgym.llm import rows

set_seed(0)
MARKS = ["<pad>", "<|im_end|>", "<|im_start|>", "<unknown>"]
_letters = [*map(chr, range(32, 127)), "\n"]
_texts = [message["content"] for row in rows(ID, 60) for message in row["prompt"]]
_tokens = Tokenizer(models.BPE(unk_token="<unknown>"))
_tokens.pre_tokenizer = pre_tokenizers.Split(Regex("\n"), "isolated")
_tokens.decoder = decoders.Fuse()
_tokens.train_from_iterator(
    _texts,
    trainers.BpeTrainer(
        vocab_size=2_000, special_tokens=MARKS, initial_alphabet=_letters, show_progress=False
    ),
)
tokenizer = PreTrainedTokenizerFast(
    tokenizer_object=_tokens,
    pad_token="<pad>",
    eos_token="<|im_end|>",
    unk_token="<unknown>",
    padding_side="left",
    chat_template=qwen3_chat_template,
)
model = LlamaForCausalLM(
    LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=16_384,
        pad_token_id=0,
        eos_token_id=1,
        bos_token_id=None,
    )
)
