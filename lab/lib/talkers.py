#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Connections that live on and talk all the time, and what becomes of them.

usage: talkers.py serve ADDRESS PORT
       talkers.py talk ADDRESS PORT COUNT SECONDS

serve   gives every byte back that it gets.
talk    opens COUNT connections, says "talking" when all are open, and sends a byte on each every 20 ms, the next one
        when the last one has come back. Ends after SECONDS, or on SIGTERM, and prints as JSON how many of the
        connections were answered within their last second ("alive"), were reset, or fell silent; the longest pause of
        those alive; and how many answers there were in all.
"""
import asyncio
import json
import signal
import sys
import time

PAUSE_S = 0.02
SILENT_S = 1.0


async def serve(address: str, port: int) -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(64):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(echo, address, port, backlog=512)
    print("serving", flush=True)
    async with server:
        await server.serve_forever()


class Connection:
    def __init__(self) -> None:
        self.answers = 0
        self.last_answer = time.monotonic()
        self.longest_pause = 0.0
        self.was_reset = False

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                writer.write(b"x")
                if not await reader.read(1):
                    raise ConnectionResetError
                now = time.monotonic()
                self.longest_pause = max(self.longest_pause, now - self.last_answer)
                self.last_answer = now
                self.answers += 1
                await asyncio.sleep(PAUSE_S)
        except OSError:
            self.was_reset = True


async def talk(address: str, port: int, count: int, seconds: float) -> None:
    opened = await asyncio.gather(*(asyncio.open_connection(address, port) for _ in range(count)))
    connections = [Connection() for _ in range(count)]
    tasks = [asyncio.create_task(c.talk(*streams)) for c, streams in zip(connections, opened)]
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    print("talking", flush=True)
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except asyncio.TimeoutError:
        pass
    now = time.monotonic()
    for task in tasks:
        task.cancel()
    whole = [c for c in connections if not c.was_reset]
    alive = [c for c in whole if now - c.last_answer < SILENT_S]
    print(json.dumps({
        "connections": count,
        "alive": len(alive),
        "reset": count - len(whole),
        "silent": len(whole) - len(alive),
        "longest_pause_ms": round(1000 * max((c.longest_pause for c in alive), default=0)),
        "answers": sum(c.answers for c in connections),
    }), flush=True)


if sys.argv[1] == "serve":
    asyncio.run(serve(sys.argv[2], int(sys.argv[3])))
else:
    asyncio.run(talk(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5])))
