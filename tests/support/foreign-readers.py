# Reads a file with the library that its format comes from; writes every tensor as JSON: name, type, shape, elements in base64.
# Elements of GGUF files are dequantized to F32. Arguments: gguf or safetensors, and the path.
import base64
import json
import sys

kind, path = sys.argv[1:]
tensors = []
if kind == "gguf":
    from gguf import GGUFReader
    from gguf.quants import dequantize

    for tensor in GGUFReader(path).tensors:
        values = dequantize(tensor.data, tensor.tensor_type).astype("<f4")
        shape = [int(extent) for extent in reversed(tensor.shape)]
        tensors.append((tensor.name, tensor.tensor_type.name, shape, values.tobytes()))
else:
    import safetensors

    with open(path, "rb") as file:
        for name, tensor in safetensors.deserialize(file.read()):
            tensors.append((name, tensor["dtype"], list(tensor["shape"]), bytes(tensor["data"])))
json.dump(
    [dict(name=n, dtype=t, shape=s, elements=base64.b64encode(e).decode()) for n, t, s, e in tensors], sys.stdout
)
