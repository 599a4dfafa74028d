"""Sweeps: many cells, each a training seed or a reference policy, that survive anything and outgrow one machine.

A sweep file (`plan`) says what is swept. It becomes cells (`cells`), each of which is named by a hash of all that
decides its result. A store (`store`) keeps the outcome of each (`outcomes`), whole or not at all, and has each cell
carried out by one process at a time. Engines (`engines`) only decide where. What stands where is told by `status`, how
long it takes by `paces`, and what came out by `tables`.
"""
