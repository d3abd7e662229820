"""Runs a program and waits for the orphans that it leaves, so that their CPU time is counted; prints the program's pid.

    orphans.py PROGRAM ARGUMENT ...

sshd's monitor ends without waiting for its session where the client disconnects with a message, as OpenSSH, libssh2 and
asyncssh do: the session and its command would be counted only for a client that just closes its socket.
"""
import ctypes
import os
import subprocess
import sys

PR_SET_CHILD_SUBREAPER = 36

if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
    sys.exit("orphans.py: " + os.strerror(ctypes.get_errno()))
program = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
print(program.pid, flush=True)
while os.wait()[0] != program.pid:
    pass
