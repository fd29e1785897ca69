package org.gatehouse.supervisor.planning;

import java.util.List;

/** One tensor as a weight file announces it: {@code bytes} of data from {@code offset} on, counted from the data's start. */
record Tensor(String name, TensorType type, List<Long> shape, long elements, long bytes, long offset) {}
