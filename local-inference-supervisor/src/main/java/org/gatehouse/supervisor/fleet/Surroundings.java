package org.gatehouse.supervisor.fleet;

import java.time.Clock;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

import org.gatehouse.supervisor.control.EngineControl;

/**
 * What a fleet meets outside of itself.
 *
 * @param instances the processes
 * @param control orders to running engines
 * @param gpus what the GPUs hold
 * @param models where models lie
 * @param history what earlier starts taught
 * @param book where the desired state is kept
 * @param journal where replicas are kept, for the next daemon to take them over
 * @param work runs what blocks; its tasks must not hold each other up
 * @param clock for times that people read
 * @param nanoTime for deadlines: monotonic
 * @param random for jitter
 */
record Surroundings(Instances instances, EngineControl control, GpuView gpus, ModelLibrary models,
        EngineHistory history, DeploymentBook book, Journal journal, Executor work, Clock clock, LongSupplier nanoTime,
        RandomGenerator random) {}
