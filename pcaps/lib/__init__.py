# SPDX-License-Identifier: Apache-2.0
"""What decides the bytes on the wire, written a second time, in Python: the oracle of the stories."""
