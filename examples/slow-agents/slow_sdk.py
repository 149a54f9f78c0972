"""A client library as there are many: its import asks somebody for the latest version."""

import time

time.sleep(1)
