"""The messages of ONNX files (its onnx.proto), as far as a network needs them; all else is refused by what it is."""

from __future__ import annotations

from .wire import Field, Schema


def _refused(**numbers: int) -> dict[int, Field]:
    return {number: Field(name.replace("_", " "), "refused") for name, number in numbers.items()}


def _skipped(*numbers: int) -> dict[int, Field]:
    """What describes and means nothing: names of makers, documentation, sizes that are computed here."""
    return {number: Field("", "skipped") for number in numbers}


OPSET: Schema = {1: Field("domain", "text"), 2: Field("version", "int")}
DIMENSION: Schema = {1: Field("value", "int"), 2: Field("name", "text"), **_skipped(3)}
SHAPE: Schema = {1: Field("dimensions", "messages", DIMENSION)}
ARRAY: Schema = {1: Field("kind", "int"), 2: Field("shape", "message", SHAPE)}
TYPE: Schema = {
    1: Field("array", "message", ARRAY), **_skipped(6),
    **_refused(sequences=4, maps=5, opaque_values=7, sparse_values=8, optional_values=9),
}  # fmt: skip
VALUE: Schema = {1: Field("name", "text"), 2: Field("type", "message", TYPE), **_skipped(3, 4)}
TENSOR: Schema = {
    1: Field("shape", "ints"), 2: Field("kind", "int"), 4: Field("floats", "floats"), 5: Field("small", "ints"),
    7: Field("large", "ints"), 8: Field("name", "text"), 9: Field("raw", "bytes"), 14: Field("location", "int"),
    **_skipped(12, 16),
    **_refused(a_part_of_a_tensor=3, texts=6, weights_in_other_files=13, float64_weights=10, uint64_weights=11),
}  # fmt: skip
ATTRIBUTE: Schema = {
    1: Field("name", "text"), 2: Field("float", "float"), 3: Field("int", "int"), 4: Field("text", "text"),
    5: Field("tensor", "message", TENSOR), 7: Field("floats", "floats"), 8: Field("ints", "ints"),
    9: Field("texts", "texts"), 20: Field("kind", "int"), **_skipped(13),
    **_refused(
        a_graph_within_a_node=6, graphs_within_a_node=11, tensors_within_a_node=10, a_type_within_a_node=14,
        types_within_a_node=15, an_attribute_of_a_function=21, a_sparse_tensor=22, sparse_tensors=23,
    ),
}  # fmt: skip
NODE: Schema = {
    1: Field("inputs", "texts"), 2: Field("outputs", "texts"), 4: Field("operator", "text"),
    5: Field("attributes", "messages", ATTRIBUTE), 7: Field("domain", "text"), **_skipped(3, 6, 9),
    **_refused(an_overloaded_function=8, a_configuration_of_devices=10),
}  # fmt: skip
GRAPH: Schema = {
    1: Field("nodes", "messages", NODE), 5: Field("constants", "messages", TENSOR),
    11: Field("inputs", "messages", VALUE), 12: Field("outputs", "messages", VALUE), **_skipped(2, 10, 13, 16),
    **_refused(quantized_values=14, sparse_weights=15),
}  # fmt: skip
MODEL: Schema = {
    1: Field("version", "int"), 7: Field("graph", "message", GRAPH), 8: Field("opsets", "messages", OPSET),
    **_skipped(2, 3, 4, 5, 6, 14), **_refused(information_on_training=20, functions=25, a_configuration_of_devices=26),
}  # fmt: skip
