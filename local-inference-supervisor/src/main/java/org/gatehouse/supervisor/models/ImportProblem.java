package org.gatehouse.supervisor.models;

import java.nio.file.Path;
import java.util.List;

/** Why a model does not come into the store. Each says what happened, with which thing, and what to do. */
public sealed interface ImportProblem {

    /** For people: what happened, with which thing, what to do. Without secrets. */
    String message();

    /** Whether what has arrived is kept, so that the import can go on once the cause is mended. */
    default boolean resumable() {
        return false;
    }

    /** The wish itself does not hold. */
    record BadWish(String field, String value, String advice) implements ImportProblem {
        @Override
        public String message() {
            return "The import cannot begin: " + field + " `" + value + "` is not valid. " + advice;
        }
    }

    /**
     * Something else bears this name, or is about to.
     *
     * @param holder what does, such as {@code model acme--tiny@0123456789abcdef}
     */
    record NameTaken(String name, String holder) implements ImportProblem {
        @Override
        public String message() {
            return "The name `" + Text.shown(name) + "` is taken by " + holder
                    + ". Choose another name, remove that one, or say that this is a new version of it.";
        }
    }

    /** No hub of this name is set up. */
    record UnknownHub(String hub) implements ImportProblem {
        @Override
        public String message() {
            return "No model hub is called `" + hub + "`. Add it to the settings, or name one that is there.";
        }

        @Override
        public boolean resumable() {
            return true;
        }
    }

    /** More imports wait than the store keeps in line. */
    record TooManyImports(int most) implements ImportProblem {
        @Override
        public String message() {
            return most + " imports run or wait already. Let some of them end, or cancel one.";
        }
    }

    /** No import of this id can go on. */
    record NoSuchImport(String id) implements ImportProblem {
        @Override
        public String message() {
            return "No import `" + id + "` waits to go on. List the imports, or begin a new one.";
        }
    }

    /** The directory or the archive is not there or cannot be read. */
    record SourceUnreadable(Path path, String why) implements ImportProblem {
        @Override
        public String message() {
            return "The source " + path + " cannot be read: " + why
                    + ". Check that it is mounted and that the daemon may read it.";
        }

        @Override
        public boolean resumable() {
            return true;
        }
    }

    /** The source is not what it was when the import began. */
    record SourceChanged(String what) implements ImportProblem {
        @Override
        public String message() {
            return "The source changed while it was imported: " + what
                    + ". Leave it alone and begin the import again.";
        }
    }

    /** A file that is no archive, or one in a format that cannot be read here. */
    record UnsupportedArchive(Path path, String format) implements ImportProblem {
        @Override
        public String message() {
            return "The archive " + path + " is " + format
                    + ", which cannot be read here. Pack it as .tar, .tar.gz or .zip, or unpack it into a directory.";
        }
    }

    /** The archive ends too early or contradicts itself. */
    record DamagedArchive(Path path, String why) implements ImportProblem {
        @Override
        public String message() {
            return "The archive " + path + " is damaged: " + why + ". Copy it again from where it came.";
        }
    }

    /** A path that leaves the model's directory, a link, a device. */
    record UnsafeEntry(String entry, String why) implements ImportProblem {
        @Override
        public String message() {
            return "The source holds `" + Text.shown(entry) + "`, which is refused: " + why
                    + ". Take a source of plain files with plain names.";
        }
    }

    /** More files, more bytes or a higher compression than any model has. */
    record TooLarge(String source, String why) implements ImportProblem {
        @Override
        public String message() {
            return "The source " + Text.shown(source) + " is refused as too large: " + why
                    + ". Check what it holds, or raise the store's limit.";
        }
    }

    /** Files that run code when they are loaded. */
    record ContentRefused(List<String> files, String why) implements ImportProblem {
        /** Copies the names. */
        public ContentRefused {
            files = List.copyOf(files);
        }

        @Override
        public String message() {
            String first = Text.shown(files.getFirst());
            return "The source holds " + (files.size() == 1 ? "" : files.size() + " files like ") + "`" + first
                    + "`, refused because " + why
                    + ". Choose a revision with safetensors or GGUF, leave such files out, or allow them expressly.";
        }
    }

    /** What is left after the selection is no model that an engine could load. */
    record NotAModel(String why) implements ImportProblem {
        @Override
        public String message() {
            return "The source is not a model that an engine can load: " + why
                    + ". Check the source and the patterns of the wish.";
        }
    }

    /** A weights file that is cut off or is not what its name says. */
    record DamagedWeights(String file, String why) implements ImportProblem {
        @Override
        public String message() {
            return "The weights `" + Text.shown(file) + "` are damaged: " + why + ". Fetch the source again.";
        }
    }

    /**
     * The disk has not enough room, or would fall below its reserve.
     *
     * @param neededBytes what was to be written; 0 when a write failed and nobody knows how much more would
     */
    record DiskFull(Path directory, long neededBytes, long usableBytes, long reserveBytes) implements ImportProblem {
        @Override
        public String message() {
            if (neededBytes == 0) {
                return "The disk of " + directory
                        + " is full: a write failed. Remove models or make room, then resume.";
            }
            return "The disk of " + directory + " has not enough room: " + Text.bytes(neededBytes)
                    + " more are needed, " + Text.bytes(usableBytes) + " are free, of which "
                    + Text.bytes(reserveBytes) + " stay in reserve. Remove models or make room, then resume.";
        }

        @Override
        public boolean resumable() {
            return true;
        }
    }

    /** The hub wants a token, or wants another one. */
    record AccessDenied(String hub, String what, int status) implements ImportProblem {
        @Override
        public String message() {
            return "Hub " + hub + " refuses " + Text.shown(what) + " with status " + status
                    + ". Give the hub a token that may read it, and accept the model's terms there.";
        }

        @Override
        public boolean resumable() {
            return true;
        }
    }

    /** The hub knows no such repository, revision or file. */
    record NotFound(String hub, String what) implements ImportProblem {
        @Override
        public String message() {
            return "Hub " + hub + " has no " + Text.shown(what)
                    + ". Check repository and revision; a private one may also show as missing without a token.";
        }
    }

    /** The hub did not answer, or only with errors, in all attempts. */
    record HubFailed(String hub, String what, String why, int attempts) implements ImportProblem {
        @Override
        public String message() {
            return "Hub " + hub + " did not deliver " + Text.shown(what) + " in " + attempts + " attempts: "
                    + Text.shown(why) + ". Check the connection, the proxy and the hub, then resume.";
        }

        @Override
        public boolean resumable() {
            return true;
        }
    }

    /** The hub sends the download to a host that is not allowed. */
    record RedirectRefused(String hub, String target, String why) implements ImportProblem {
        @Override
        public String message() {
            return "Hub " + hub + " redirects to " + Text.shown(target)
                    + ", which is not allowed: " + why + ". Add that host to the hub's redirect hosts if it is right.";
        }

        @Override
        public boolean resumable() {
            return true;
        }
    }

    /** The hub's answer is not what a model hub says. */
    record StrangeAnswer(String hub, String why) implements ImportProblem {
        @Override
        public String message() {
            return "Hub " + hub + " gave an answer that makes no sense: " + Text.shown(why)
                    + ". Check that its address is that of a model hub, and not of a proxy or a login page.";
        }
    }

    /** A file has other bytes than it should have. */
    record WrongContent(String file, String expected, String found) implements ImportProblem {
        @Override
        public String message() {
            return "The file `" + Text.shown(file) + "` has " + Text.shown(found) + " where " + Text.shown(expected)
                    + " was promised. What had arrived of it is deleted; resume to fetch it again, or look at what changes it on its way.";
        }

        @Override
        public boolean resumable() {
            return true;
        }
    }

    /** The store's own disk failed. */
    record StoreFailed(String why) implements ImportProblem {
        @Override
        public String message() {
            return "The model store failed: " + why + ". Check its disk and the rights on its directory, then resume.";
        }

        @Override
        public boolean resumable() {
            return true;
        }
    }

    /** What an import of an earlier run of this program ended with. */
    record Recorded(String kind, String message, boolean resumable) implements ImportProblem {}

    /** A short name of the kind, stable for programs: {@code disk-full}, {@code access-denied}, … */
    default String kind() {
        return this instanceof Recorded(String recorded, _, _) ? recorded : Text.kebab(getClass().getSimpleName());
    }
}
