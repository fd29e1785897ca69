package org.gatehouse.supervisor.models;

import java.nio.file.Path;

/**
 * A complete model.
 *
 * @param id {@code name@digest}, with {@code --} for the slash: the name of its directory in the store
 * @param directory where its files are: what an engine is given
 * @param manifest what it consists of
 */
public record StoredModel(String id, Path directory, ModelManifest manifest) {}
