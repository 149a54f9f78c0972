"""Bad: reads everything that any call might ever need: 500 MB in each process, ready or idle.

Better: map the file (mmap): its pages are shared, and only those that are used are there; or read
what a call needs when it needs it.
"""

import protocol

protocol.hello()
with protocol.component("knowledge"):
    knowledge = b"\x01" * 500_000_000
protocol.ready()
