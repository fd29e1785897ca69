package org.gatehouse.governance.snapshot;

import java.net.InetAddress;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class AddressRangeTest {

    @ParameterizedTest
    @CsvSource({"10.1.0.0/16,10.1.255.255,true", "10.1.0.0/16,10.2.0.0,false", "10.1.2.3,10.1.2.3,true",
            "10.1.2.3,10.1.2.4,false", "0.0.0.0/0,203.0.113.9,true", "0.0.0.0/0,::1,false", "::/0,::1,true",
            "::/0,10.0.0.1,false", "192.168.4.0/22,192.168.7.255,true", "192.168.4.0/22,192.168.8.0,false",
            "2001:db8::/33,2001:db8:7fff::1,true", "2001:db8::/33,2001:db8:8000::1,false",
            "10.0.0.0/8,::ffff:10.1.2.3,true", "127.0.0.1/32,127.0.0.1,true"})
    void rangeHoldsExactlyTheAddressesOfItsPrefix(String range, String address, boolean held) {
        assertThat(AddressRange.parse(range).contains(InetAddress.ofLiteral(address))).isEqualTo(held);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/x", "::/129",
            "10.0.0/8/8", "10.0.0.0/8 ", "example.org/8"})
    void whatIsNoRangeIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> AddressRange.parse(text));
    }
}
