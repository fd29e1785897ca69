package org.gatehouse.supervisor.models;

import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** Brings a model from a hub: several files at once, each resumed where it broke off, each held against the hub's digest. */
final class HubFetch implements Fetch {
    private final ModelSource.Hub source;
    private final Selection selection;
    private final ModelStoreSettings settings;
    private final ImportRoom room;
    private final HubClient client;

    HubFetch(HubSettings hub, ModelSource.Hub source, Selection selection, ModelStoreSettings settings, ImportRoom room,
            Clock clock, LongSupplier nanoTime) {
        this.source = source;
        this.selection = selection;
        this.settings = settings;
        this.room = room;
        client = new HubClient(hub, settings.stall(), clock, nanoTime);
    }

    @Override
    public ImportPlan look() throws ImportFailure, InterruptedException {
        HubListing.Listing listing = new HubListing(client, source, this::retries, settings.mostFiles()).list();
        return selection.plan(source.describe(), listing.revision(), "", listing.files());
    }

    private HubRetries retries(String what) {
        return new HubRetries(settings, RandomGenerator.getDefault(), source.hub(), what);
    }

    @Override
    public void bring(ImportPlan plan, List<PlannedFile> missing) throws ImportFailure, InterruptedException {
        Workers.forEach(missing, settings.parallelFiles(), room.stop(),
                file -> bring(plan.revision(), file, plan.files().indexOf(file)));
    }

    private void bring(String revision, PlannedFile file, int number) throws ImportFailure, InterruptedException {
        URI address = client.at("/" + HubListing.encoded(source.repository()) + "/resolve/"
                + HubListing.segment(revision) + "/" + HubListing.encoded(file.origin()));
        HubRetries tries = retries("file " + file.path());
        boolean wrongBefore = false;
        try (PartFile part = PartFile.open(room, file, number)) {
            while (true) {
                long before = part.length();
                try {
                    receive(address, file, part);
                    part.finish();
                    return;
                } catch (HubClient.Trouble trouble) {
                    if (part.length() > before) {
                        tries.progressed();
                    }
                    tries.after(trouble);
                } catch (ImportFailure failure) {
                    // Once more from the beginning: what an earlier attempt left may be what is wrong.
                    if (wrongBefore || !(failure.problem() instanceof ImportProblem.WrongContent)) {
                        throw failure;
                    }
                    wrongBefore = true;
                    part.restart();
                }
            }
        }
    }

    private void receive(URI address, PlannedFile file, PartFile part)
            throws ImportFailure, HubClient.Trouble, InterruptedException {
        if (part.length() > 0 && file.sha256().isEmpty() && file.gitBlob().isEmpty()) {
            part.restart();
        }
        long from = part.length();
        if (from > 0 && from == file.size()) {
            return;
        }
        try (HubReply reply = client.get(address, "file " + file.path(), from)) {
            if (!reply.linkedSha256().isEmpty() && !file.sha256().isEmpty()
                    && !reply.linkedSha256().equals(file.sha256())) {
                throw new ImportFailure(new ImportProblem.SourceChanged("the hub has another version of "
                        + Text.shown(file.path())));
            }
            if (reply.status() == 200 && from > 0) {
                part.restart(); // It ignores ranges.
                from = 0;
            }
            if (reply.status() == 206 && !reply.header("content-range").startsWith("bytes " + from + "-")) {
                part.restart();
                throw new HubClient.Trouble("it sent another range than the one asked for");
            }
            if (reply.length() >= 0 && from + reply.length() != file.size()) {
                throw new ImportFailure(new ImportProblem.WrongContent(file.path(), file.size() + " bytes",
                        from + reply.length() + " bytes"));
            }
            byte[] buffer = new byte[1 << 16];
            for (int count = reply.read(buffer); count >= 0; count = reply.read(buffer)) {
                part.write(buffer, count);
            }
        }
        if (part.length() < file.size()) {
            throw new HubClient.Trouble(
                    "the connection ended after " + part.length() + " of " + file.size() + " bytes");
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
