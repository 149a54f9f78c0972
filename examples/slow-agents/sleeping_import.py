"""Bad: imports what takes long before it is ready, although only a call needs it.

Better: `import slow_sdk` where the call begins; or in an app of LiveKit's framework, whose import is
paid once by the host that forks the processes.
"""

import slow_sdk  # noqa: F401

import protocol

protocol.hello()
protocol.ready()
