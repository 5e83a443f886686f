"""The authors' corner: stories and characters are written, checked and tried in the page.

`files` keeps what an author writes, `asked` answers the page, `trial` plays a draft, `bench` has
lint, maps and playtests done by `job` in a process of its own, which can be stopped. `corner` ties
them together, and `routes` is their door; where a server is open to others there is none, unless
its host has switched it on.
"""

PATH = "/play/corner"
LARGEST = 2 * 2**20  # bytes of a request: a story's text, as JSON writes it
