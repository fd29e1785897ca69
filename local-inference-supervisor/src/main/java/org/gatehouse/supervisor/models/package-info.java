/**
 * The model store: complete, checked, immutable model directories on the data disk. Comes in: {@link ImportWish}es from a directory,
 * an archive or a model hub. Goes out: {@link StoredModel}s with signed {@link ModelManifest}s, progress, and typed
 * {@link ImportProblem}s. Nothing half-imported is ever visible. Calls no other room; knows nothing of engines or tenants.
 *
 * <p>How to read it: {@link ModelStore} is the door; {@link StoreLayout} says where things lie. {@link ImportQueue} gives imports
 * their turns and remembers them; {@link ImportRun} takes one through its phases. A {@link Fetch} knows one kind of source
 * ({@link DirectoryFetch}, {@link ArchiveFetch} with its {@link TarReader} and {@link ZipDirectory}, {@link HubFetch} with its
 * {@link HubClient} and {@link HubListing}); {@link Selection} chooses among the source's files, {@link SafePath} judges their names,
 * {@link PartFile} writes and digests them, {@link ModelShape} looks whether they are a model. {@link ModelShelf} makes the result
 * visible with a {@link ManifestFile}, and {@link Verifier} holds it against that ever after.
 */
@NullMarked
package org.gatehouse.supervisor.models;

import org.jspecify.annotations.NullMarked;
