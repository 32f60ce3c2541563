# Runs inside a Lambda sandbox, in place of AWS's Python runtime: takes its function over file descriptor 3, loads the
# handler and asks the Runtime API for invocations ("Using the Lambda runtime API for custom runtimes").
import http.client
import importlib
import json
import logging
import os
import subprocess
import sys
import threading
import traceback


def main():
    control = os.fdopen(3, "rb", buffering=0)
    # The first line tells the Runtime API's address ahead, which the environment repeats; the second is the function.
    lines = read_lines(control, 2)
    assignment = json.loads(lines[1])
    threading.Thread(target=end_with, args=(control,), daemon=True).start()
    os.environ.clear()
    os.environ.update(assignment["environment"])
    mount(assignment["mounts"])
    if assignment["mounts"]:
        name_interpreter()
    else:
        start_layers_programs(assignment["opt"])
    task_root = os.environ["LAMBDA_TASK_ROOT"]
    os.chdir(task_root)
    sys.path[0:1] = [task_root] + [path for path in os.environ.get("PYTHONPATH", "").split(":") if path]
    clock = shift_time(assignment["clockOffsetMs"])
    sys.stdout.reconfigure(line_buffering=True)
    log = install_logging()
    api = Api(os.environ["AWS_LAMBDA_RUNTIME_API"])
    try:
        handler = load(os.environ["_HANDLER"])
    except BaseException as error:
        told = described(error)
        print_error(told)
        api.post("/init/error", told, told["errorType"])
        sys.exit(1)
    while True:
        headers, payload = api.next()
        serve(handler, headers, payload, api, clock, log)


def read_lines(control, count):
    text = b""
    while text.count(b"\n") < count:
        part = control.read(65536)
        if not part:
            os._exit(0)
        text += part
    return text.split(b"\n")


def end_with(control):
    """The other end is the runtime: when it is gone, there is nobody to work for."""
    while control.read(1):
        pass
    os._exit(0)


def mount(mounts):
    for source, target in mounts:
        # Read-only where that may be, as in node-bootstrap.cjs.
        script = "mkdir -p '{1}' && {{ mount --bind -o ro '{0}' '{1}' 2>/dev/null || mount --bind '{0}' '{1}'; }}".format(source, target)
        subprocess.run(["/bin/sh", "-c", script], check=True, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})


def name_interpreter():
    """Scripts of layers (the AWS CLI's, which the CDK's BucketDeployment runs) name AWS's place of the interpreter."""
    os.makedirs("/var/lang/bin", exist_ok=True)
    for name in ("python", "python3"):
        if not os.path.lexists("/var/lang/bin/" + name):
            os.symlink(sys.executable, "/var/lang/bin/" + name)


def start_layers_programs(opt):
    """Where nothing can be laid over /opt, programs that are started from there are those of the layers' folder."""
    machine_init = subprocess.Popen.__init__

    def found(args):
        words = list(args) if isinstance(args, (list, tuple)) else None
        if not words or not str(words[0]).startswith("/opt/") or os.path.exists(words[0]):
            return args
        words[0] = opt + words[0][len("/opt"):]
        if not os.path.exists(words[0]):
            return args
        with open(words[0], "rb") as program:
            first = program.readline(200)
        return [sys.executable] + words if first.startswith(b"#!/var/lang/bin/python") else words

    def init(self, args, *rest, **named):
        machine_init(self, found(args), *rest, **named)

    subprocess.Popen.__init__ = init


class Clock:
    offset = 0.0


def shift_time(offset_ms):
    """What the function sees of time is the cloud's: time.time, and datetime's now, utcnow and today."""
    import datetime
    import time

    clock = Clock()
    clock.offset = offset_ms / 1000
    machine_time, machine_localtime, machine_gmtime = time.time, time.localtime, time.gmtime
    machine_datetime, machine_date = datetime.datetime, datetime.date
    time.time = lambda: machine_time() + clock.offset
    time.time_ns = lambda: int(time.time() * 1_000_000_000)
    time.gmtime = lambda seconds=None: machine_gmtime(time.time() if seconds is None else seconds)
    time.localtime = lambda seconds=None: machine_localtime(time.time() if seconds is None else seconds)

    class SameInstances(type):
        """Values made elsewhere, in C too, are instances of the machine's class."""

        def __instancecheck__(cls, value):
            return isinstance(value, cls.__mro__[1])

        def __subclasscheck__(cls, other):
            return issubclass(other, cls.__mro__[1])

    class CloudDatetime(machine_datetime, metaclass=SameInstances):
        @classmethod
        def now(cls, tz=None):
            return machine_datetime.fromtimestamp(time.time(), tz)

        @classmethod
        def utcnow(cls):
            return machine_datetime.fromtimestamp(time.time(), datetime.timezone.utc).replace(tzinfo=None)

        @classmethod
        def today(cls):
            return cls.now()

        def __new__(cls, *args, **kwargs):
            return machine_datetime.__new__(machine_datetime, *args, **kwargs)

    class CloudDate(machine_date, metaclass=SameInstances):
        @classmethod
        def today(cls):
            return machine_date.fromtimestamp(time.time())

        def __new__(cls, *args, **kwargs):
            return machine_date.__new__(machine_date, *args, **kwargs)

    CloudDatetime.__name__, CloudDate.__name__ = "datetime", "date"
    datetime.datetime, datetime.date = CloudDatetime, CloudDate
    return clock


class RequestLog(logging.Filter):
    request_id = None

    def filter(self, record):
        record.aws_request_id = self.request_id
        return True


class LineHandler(logging.StreamHandler):
    """One event per record: a newline inside travels as a carriage return."""

    def emit(self, record):
        try:
            sys.stdout.write(self.format(record).replace("\n", "\r") + "\n")
            sys.stdout.flush()
        except Exception:
            self.handleError(record)


class JsonFormatter(logging.Formatter):
    def format(self, record):
        event = {
            "timestamp": self.formatTime(record, "%Y-%m-%dT%H:%M:%SZ"),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "requestId": record.aws_request_id,
        }
        if record.exc_info:
            event["errorType"] = record.exc_info[0].__name__
            event["errorMessage"] = str(record.exc_info[1])
            event["stackTrace"] = traceback.format_tb(record.exc_info[2])
        return json.dumps(event, default=str)


def install_logging():
    """The root logger as AWS's runtime sets it up ("Log and monitor Python Lambda functions")."""
    request_log = RequestLog()
    handler = LineHandler(sys.stdout)
    if os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON":
        handler.setFormatter(JsonFormatter())
        logging.getLogger().setLevel(os.environ.get("AWS_LAMBDA_LOG_LEVEL", "INFO").replace("TRACE", "DEBUG").replace("FATAL", "CRITICAL"))
    else:
        form = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s"
        handler.setFormatter(logging.Formatter(form, "%Y-%m-%dT%H:%M:%S"))
    handler.addFilter(request_log)
    logging.getLogger().addHandler(handler)
    return request_log


def load(handler_name):
    try:
        module_name, function_name = handler_name.rsplit(".", 1)
    except ValueError:
        raise named("Runtime.MalformedHandlerName", "Bad handler '%s': not enough values to unpack (expected 2, got 1)" % handler_name)
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        message = "Unable to import module '%s': %s" % (module_name, error)
        if error.name in ("boto3", "botocore"):
            # On AWS it is always there; here Python is the machine's.
            message += ". Orrery runs Python functions on %s: install it there with `%s -m pip install boto3`" % (
                sys.executable,
                sys.executable,
            )
        raise named("Runtime.ImportModuleError", message)
    except SyntaxError as error:
        raise named("Runtime.UserCodeSyntaxError", "Syntax error in module '%s': %s" % (module_name, error))
    try:
        return getattr(module, function_name)
    except AttributeError:
        raise named("Runtime.HandlerNotFound", "Handler '%s' missing on module '%s'" % (function_name, module_name))


def named(error_type, message):
    error = Exception(message)
    error.error_type = error_type
    return error


def described(error):
    return {
        "errorMessage": str(error),
        "errorType": getattr(error, "error_type", type(error).__name__),
        "requestId": "",
        "stackTrace": [] if hasattr(error, "error_type") else traceback.format_tb(error.__traceback__)[1:],
    }


def print_error(told):
    text = "[ERROR] %s: %s" % (told["errorType"], told["errorMessage"])
    if told["stackTrace"]:
        text += "\nTraceback (most recent call last):\n" + "".join(told["stackTrace"])
    sys.stdout.write(text.rstrip("\n").replace("\n", "\r") + "\n")


class Context:
    def __init__(self, headers, clock):
        import time

        self._now = time.time
        self._deadline = int(headers["lambda-runtime-deadline-ms"])
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.invoked_function_arn = headers["lambda-runtime-invoked-function-arn"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.client_context = client_context(headers.get("lambda-runtime-client-context"))
        self.identity = None

    def get_remaining_time_in_millis(self):
        return max(0, int(self._deadline - self._now() * 1000))


class Part:
    def __init__(self, values):
        self.__dict__.update(values)


def client_context(text):
    if not text:
        return None
    given = json.loads(text)
    return Part({"client": Part(given.get("client") or {}), "custom": given.get("custom"), "env": given.get("env")})


def serve(handler, headers, payload, api, clock, log):
    request_id = headers["lambda-runtime-aws-request-id"]
    clock.offset = float(headers.get("orrery-clock-offset-ms", 0)) / 1000
    os.environ["_X_AMZN_TRACE_ID"] = headers.get("lambda-runtime-trace-id", "")
    log.request_id = request_id
    path = "/invocation/%s" % request_id
    try:
        result = handler(json.loads(payload) if payload else {}, Context(headers, clock))
        try:
            body = json.dumps(result)
        except TypeError as error:
            raise named("Runtime.MarshalError", "Unable to marshal response: %s" % error)
    except Exception as error:
        told = dict(described(error), requestId=request_id)
        print_error(told)
        output_ended(request_id)
        api.post(path + "/error", told, told["errorType"])
    else:
        output_ended(request_id)
        api.send(path + "/response", body)


def output_ended(request_id):
    sys.stdout.write("\x1eend %s\n" % request_id)
    sys.stdout.flush()


class Api:
    def __init__(self, address):
        self.connection = http.client.HTTPConnection(address)

    def next(self):
        response = self.request("GET", "/invocation/next")
        payload = response.read()
        return {name.lower(): value for name, value in response.getheaders()}, payload

    def post(self, path, told, error_type):
        self.send(path, json.dumps(told), {"Lambda-Runtime-Function-Error-Type": error_type})

    def send(self, path, body, headers={}):
        self.request("POST", path, body.encode(), dict(headers, **{"Content-Type": "application/json"})).read()

    def request(self, method, path, body=None, headers={}):
        try:
            self.connection.request(method, "/2018-06-01/runtime" + path, body, headers)
            return self.connection.getresponse()
        except OSError:
            os._exit(0)


main()
