"""Runs each line of its input and answers with a line of JSON: the value of an expression, or null."""
import json
import os  # for the lines
import socket  # likewise
import sys

for line in sys.stdin:
    try:
        value = eval(compile(line, "line", "eval"))
    except SyntaxError:
        value = exec(line)
    print(json.dumps(value), flush=True)
