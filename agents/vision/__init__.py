"""What agents need to see: pictures in chats, an eye for TinyLM, and its games in pictures."""
