"""A language model of a few thousand weights, drawn at random, with a tokenizer of characters."""

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast, set_seed

set_seed(0)
MARKS = ["<pad>", "<end>", "<unknown>"]
_letters = [*map(chr, range(32, 127)), "\n"]
_words = {one: number for number, one in enumerate([*MARKS, *_letters])}
_tokens = Tokenizer(models.WordLevel(_words, unk_token="<unknown>"))
_tokens.pre_tokenizer = pre_tokenizers.Split(Regex("[\\s\\S]"), "isolated")
_tokens.decoder = decoders.Fuse()
tokenizer = PreTrainedTokenizerFast(
    tokenizer_object=_tokens,
    pad_token="<pad>",
    eos_token="<end>",
    unk_token="<unknown>",
    padding_side="left",
)
tokenizer.chat_template = (
    "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}<end>{% endfor %}"
    "{% if add_generation_prompt %}assistant: {% endif %}"
)
model = LlamaForCausalLM(
    LlamaConfig(
        vocab_size=len(_words),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=4096,
        pad_token_id=0,
        eos_token_id=1,
        bos_token_id=None,
    )
)
