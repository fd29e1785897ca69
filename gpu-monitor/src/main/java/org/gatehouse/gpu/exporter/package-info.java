/**
 * dcgm-exporter's text, both ways: {@link org.gatehouse.gpu.exporter.ExporterSource} scrapes it from other programs,
 * {@link org.gatehouse.gpu.exporter.DcgmExporterText} writes it. Comes in: an address, or snapshots; goes out: snapshots, or text. May
 * call {@code org.gatehouse.gpu} only.
 */
@NullMarked
package org.gatehouse.gpu.exporter;

import org.jspecify.annotations.NullMarked;
