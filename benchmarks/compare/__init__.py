"""Side by side with other libraries: `python -m benchmarks.compare [NAME ...] [--quick]`, or `./dev bench`.

Every library runs in its own process, taken in turn (A B A B ...), with the same threads. The medians, the spread and the quality
of each go to `benchmarks/results/*.json`, and README's table is rendered from those rows. See `workload.py` to add one.
"""
