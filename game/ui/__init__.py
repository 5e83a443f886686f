"""What people see: words, rows, commands, and the terminal and web pages that draw them."""
