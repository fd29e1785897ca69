package org.gatehouse.supervisor.control;

import java.nio.file.Path;

import org.gatehouse.supervisor.Listen;
import org.gatehouse.supervisor.engines.Engine;

/** Orders and questions to a running engine. Thread-safe; every method blocks, for a bounded time, and never throws. */
public interface EngineControl {

    /**
     * Lets it give its GPU memory back once its calls have ended.
     *
     * @param level 1 keeps weights in the box's memory, 2 drops them
     */
    Said sleep(Engine engine, Listen listen, int level);

    /** Lets it take its GPU memory again; after level 2 its weights are read again. */
    Said wake(Engine engine, Listen listen, int level);

    /** Whether it sleeps. */
    Asleep asleep(Engine engine, Listen listen);

    /** Loads an adapter. One that is loaded already is no failure. */
    Said loadAdapter(Engine engine, Listen listen, String name, Path directory);

    /** Unloads an adapter. One that is not loaded is no failure. */
    Said unloadAdapter(Engine engine, Listen listen, String name);

    /** The names that it answers to. */
    Models models(Engine engine, Listen listen);

    /** Asks for one token. */
    Probe probe(Engine engine, Listen listen, String model);

}
