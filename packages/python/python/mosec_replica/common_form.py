"""Values on their way between Python and TypeScript; the same as `src/common-form` in TypeScript.

A value without arrays is plain msgpack. With arrays, their bytes lie behind the msgpack document, aligned, so that
neither side copies or looks at them:

    c1 00 00 00 | length u32 | document | 0 to 7 zeros | array | zeros | array ...

In the document, an array is extension type 1: the msgpack of [dtype, offset behind the document, ...shape].
"""

import struct

from mosec.errors import DecodingError, EncodingError

from .load import LoadError, pip

ARRAY = 1
HEAD = struct.Struct("!4sI")
MAGIC = b"\xc1\x00\x00\x00"
ALIGNMENT = 8
DTYPES = frozenset(
    "bool int8 uint8 int16 uint16 int32 uint32 int64 uint64 float16 bfloat16 float32 float64".split()
)
# As deep as msgpack packs.
MAX_DEPTH = 1024
CROSSING = "None, bool, numbers of 64 bits, str, bytes, lists, dicts and numpy arrays cross"


class CommonForm:
    def __init__(self, stage, is_needed):
        """Raises LoadError when it is needed for sure and cannot be had."""
        self._stage = stage
        self._msgpack = _msgpack()
        if is_needed and self._msgpack is None:
            raise LoadError(self._missing())

    def _missing(self):
        return "stage %s exchanges values with TypeScript, which needs msgpack: %s" % (self._stage, pip("msgpack"))

    def encode(self, value):
        """Raises EncodingError naming the stage and the type of what cannot cross."""
        if self._msgpack is None:
            raise EncodingError(self._missing())
        arrays = Arrays()
        try:
            document = self._msgpack.packb(
                value, default=lambda other: self._other(other, arrays), strict_types=True, use_bin_type=True
            )
        except (EncodingError, DecodingError):
            raise
        except (TypeError, ValueError, OverflowError) as error:
            raise self._refusal(_in_words(value, error)) from error
        return arrays.behind(document)

    def decode(self, data):
        """Arrays are views into `data`, and can be written to."""
        if self._msgpack is None:
            raise DecodingError(self._missing())
        view = memoryview(data)
        document, tail = view, len(view)
        if len(view) >= HEAD.size and view[0] == MAGIC[0]:
            _, length = HEAD.unpack_from(view)
            document = view[HEAD.size : HEAD.size + length]
            tail = _aligned(HEAD.size + length)
        try:
            return self._msgpack.unpackb(
                document, ext_hook=lambda code, place: self._array(code, place, data, tail), strict_map_key=False
            )
        except (ValueError, TypeError) as error:
            raise DecodingError("stage %s: the input cannot be read: %s" % (self._stage, str(error) or type(error).__name__)) from error

    def _other(self, value, arrays):
        """What msgpack does not know."""
        if type(value) is int:
            raise self._refusal("an int of %d bits" % value.bit_length())
        numpy = _numpy()
        if numpy is not None and isinstance(value, numpy.ndarray):
            if value.dtype.name not in DTYPES:
                raise self._refusal("a numpy array of dtype %s" % value.dtype)
            place = arrays.add(numpy, value)
            return self._msgpack.ExtType(ARRAY, self._msgpack.packb(place))
        if numpy is not None and isinstance(value, numpy.generic):
            plain = value.item()
            if isinstance(plain, (bool, int, float, str, bytes)):
                return plain
        for plain in (dict, list, str, bytes, int, float):
            if isinstance(value, plain):
                return plain(value)
        if isinstance(value, tuple):
            return list(value)
        raise self._refusal("a %s.%s" % (type(value).__module__, type(value).__qualname__))

    def _refusal(self, what):
        hint = " (call .numpy() on it)" if what.startswith("a torch.") else ""
        return EncodingError(
            "stage %s: %s cannot cross between Python and TypeScript%s; %s" % (self._stage, what, hint, CROSSING)
        )

    def _array(self, code, place, data, tail):
        if code != ARRAY:
            raise ValueError("extension type %d is not known" % code)
        dtype, offset, *shape = self._msgpack.unpackb(place)
        numpy = _numpy()
        if numpy is None:
            raise DecodingError(
                "stage %s: a typed array came, and numpy is not installed: %s" % (self._stage, pip("numpy"))
            )
        if dtype == "bfloat16":
            import ml_dtypes  # noqa: F401: numpy knows the type from then on
        kind = numpy.dtype(dtype)
        count = 1
        for size in shape:
            count *= size
        return numpy.frombuffer(data, kind, count, tail + offset).reshape(shape) if count else numpy.empty(shape, kind)


def _in_words(value, error):
    """What cannot cross, where msgpack says only why."""
    kind = "a %s.%s" % (type(value).__module__, type(value).__qualname__)
    if "recursion" in str(error):
        return "%s nested more than %d deep" % (kind, MAX_DEPTH)
    return "%s (%s)" % (kind, error)


class Arrays:
    """The arrays of one value, in the order in which they were met."""

    def __init__(self):
        self._parts = []
        self._size = 0

    def add(self, numpy, array):
        plain = numpy.ascontiguousarray(array).reshape(array.shape)
        if plain.dtype.byteorder == ">" or (plain.dtype.byteorder == "=" and not _IS_LITTLE):
            plain = plain.astype(plain.dtype.newbyteorder("<"))
        offset = self._size
        gap = _aligned(plain.nbytes) - plain.nbytes
        self._parts += (plain.reshape(-1).view(numpy.uint8).data if plain.nbytes else b"", b"\0" * gap)
        self._size += plain.nbytes + gap
        return [plain.dtype.name, offset, *plain.shape]

    def behind(self, document):
        if not self._parts:
            return document
        start = HEAD.size + len(document)
        return b"".join(
            [HEAD.pack(MAGIC, len(document)), document, b"\0" * (_aligned(start) - start), *self._parts]
        )


_IS_LITTLE = struct.pack("=H", 1) == b"\x01\x00"


def _aligned(size):
    return -(-size // ALIGNMENT) * ALIGNMENT


def _msgpack():
    try:
        import msgpack
    except ModuleNotFoundError:
        return None
    return msgpack


def _numpy():
    try:
        import numpy
    except ModuleNotFoundError:
        return None
    return numpy
