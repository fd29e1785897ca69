package org.gatehouse.machine.layers;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;
import org.gatehouse.machine.update.Media;
import org.gatehouse.machine.update.MediumFile;
import org.gatehouse.machine.update.UpdateState.UpdateTrouble;
import org.gatehouse.machine.update.UpdateState.UpdateWork;

/** How the box stands with vendors' layers. Immutable. */
public record LayersState(
        @About("Whether this machine has the appliance's operating system; without it nothing here can be done.") boolean supported,
        @About("The kernel that runs; null where it is not the appliance's.") @Nullable String kernel,
        @About("The layers, by name.") List<LayerView> layers,
        @About("How many bytes of a layer have been received; null when there is none.") @Nullable Long receivedBytes,
        @About("What is done right now; null when nothing is.") @Nullable UpdateWork work,
        @About("What went wrong with what was done last; null when nothing did.") @Nullable UpdateTrouble trouble) {

    /** Copies the list. */
    public LayersState {
        layers = List.copyOf(layers);
    }

    /**
     * One layer of the box.
     *
     * @param version which starts mount; null when it was removed
     */
    public record LayerView(@About("Its name.") String name,
            @About("The version that each start mounts; null when it was removed and is in use until the next start.") @Nullable String version,
            @About("The version that is in use now; null when none is. Where it is another one, the next start changes that.") @Nullable String mounted,
            @About("The version that was in use before and can be gone back to; null when there is none.") @Nullable String before,
            @About("The very kernel that it was made for; null for any.") @Nullable String kernel,
            @About("The layers that it needs.") List<String> needs,
            @About("The size of its image; null when it was removed.") @Nullable Long bytes,
            @About("Why the last start left it out, for programs, such as layer_for_another_kernel; null when it did not.") @Nullable String code,
            @About("The same for people: what is wrong, and what to do.") @Nullable String message) {

        /** Copies the list. */
        public LayerView {
            needs = List.copyOf(needs);
        }
    }

    /** A layer that was checked, or changed. */
    public record CheckedLayer(@About("Its name.") String name, @About("Its version.") String version,
            @About("The very kernel that it was made for; null for any.") @Nullable String kernel,
            @About("The layers that it needs.") List<String> needs) {

        /** Copies the list. */
        public CheckedLayer {
            needs = List.copyOf(needs);
        }
    }

    /** A file on something that was plugged in. */
    public record LayerMedium(
            @About(value = "The device, as the box lists it.", min = 2, max = 11, pattern = "[a-z]{2,8}[0-9]{0,3}") String device,
            @About(value = "The file's name.", min = 5, max = 128, pattern = "[A-Za-z0-9][A-Za-z0-9._+~-]*\\.raw") String file) {}

    /** Of a machine whose operating system is somebody else's. */
    static LayersState unsupported() {
        return new LayersState(false, null, List.of(), null, null, null);
    }

    /** What is plugged in. Immutable. */
    public record LayerMedia(
            @About("Files that look like layers; nothing of them has been checked.") List<MediumFile> files,
            @About("What can't be read, and why.") List<Media.UnreadableMedium> unreadable) {

        /** Copies the lists. */
        public LayerMedia {
            files = List.copyOf(files);
            unreadable = List.copyOf(unreadable);
        }
    }
}
