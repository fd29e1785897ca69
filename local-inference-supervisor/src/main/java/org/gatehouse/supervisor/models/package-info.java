/**
 * The model store: complete, checked, immutable model directories on the data disk. Comes in: {@link ImportWish}es from a directory,
 * an archive or a model hub. Goes out: {@link StoredModel}s with signed {@link ModelManifest}s, progress, and typed
 * {@link ImportProblem}s. Nothing half-imported is ever visible. Calls no other room; knows nothing of engines or tenants.
 */
@NullMarked
package org.gatehouse.supervisor.models;

import org.jspecify.annotations.NullMarked;
