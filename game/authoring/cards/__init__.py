"""Characters, lore, chats and puzzles of other programs: read tolerantly, written strictly.

`read.read(name, bytes)` tells what a file is and reads it; `library` keeps what was read among the
player's own content; `write` gives it out again. Everything that comes in is data: no text of a
card is ever evaluated, no name of a file is ever taken from content, and every size is checked
before it costs anything.
"""
