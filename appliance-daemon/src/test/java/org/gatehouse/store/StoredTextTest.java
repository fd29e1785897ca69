package org.gatehouse.store;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class StoredTextTest {

    @Test
    void textIsCutToItsColumnWithoutWhatADatabaseCannotHold() {
        assertThat(StoredText.fit("abc", 3)).isEqualTo("abc");
        assertThat(StoredText.fit("abcd", 3)).isEqualTo("abc");
        assertThat(StoredText.fit("abcd", 0)).isEmpty();
        assertThat(StoredText.fit("a\u0000b", 9)).isEqualTo("a\uFFFDb");
        assertThat(StoredText.fit("ab\uD83D\uDE00", 3)).isEqualTo("ab");
        assertThat(StoredText.fit("ab\uD83D\uDE00", 4)).isEqualTo("ab\uD83D\uDE00");
        assertThat(StoredText.fit("\uD83Dx", 4)).isEqualTo("\uFFFDx");
    }
}
