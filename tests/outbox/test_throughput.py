"""Records a second over the last minute, and nothing older."""

from engine.outbox.throughput import SPAN_S, Throughput


def test_it_is_the_mean_of_the_last_minute() -> None:
    throughput = Throughput()
    throughput.add(30, 100.2)
    throughput.add(30, 100.9)
    throughput.add(60, 130.0)
    assert throughput.per_s(131.0) == 120 / SPAN_S


def test_what_is_older_than_a_minute_is_forgotten() -> None:
    throughput = Throughput()
    throughput.add(60, 100.5)
    throughput.add(6, 150.0)
    assert throughput.per_s(159.9) == 66 / SPAN_S
    assert throughput.per_s(160.0) == 6 / SPAN_S
    assert throughput.per_s(1000.0) == 0.0
