#version 300 es
// The mark of a point from its signed distance, so that its edge is smooth at any size. The
// shapes are those of `picture::outline`.
precision highp float;
precision highp int;

uniform vec3 u_background;

in vec2 v_at;
flat in float v_radius;
flat in int v_shape;
flat in vec4 v_fill;
flat in vec4 v_ring;
flat in vec3 v_widths;

out vec4 o_color;

const float ARM = 0.36;

float plus(vec2 p, float r) {
    vec2 q = abs(p);
    float across = max(q.x - 1.1 * r, q.y - ARM * r);
    float upright = max(q.y - 1.1 * r, q.x - ARM * r);
    return min(across, upright);
}

// Sharp corners are cut at their tip, so that outlines don't run out into spikes.
float triangle(vec2 p, float r) {
    float d = max(-p.y, 0.8660254 * abs(p.x) + 0.5 * p.y) - 0.65 * r;
    return max(d, length(p) - 1.3 * r);
}

float star(vec2 p, float r) {
    const float SECTOR = 1.2566371;
    float angle = abs(mod(atan(p.x, p.y) + SECTOR * 5.5, SECTOR) - SECTOR * 0.5);
    vec2 q = length(p) * vec2(sin(angle), cos(angle));
    vec2 tip = vec2(0.0, 1.35 * r);
    vec2 notch = 0.62 * r * vec2(sin(SECTOR * 0.5), cos(SECTOR * 0.5));
    vec2 edge = notch - tip;
    float d = dot(q - tip, normalize(vec2(-edge.y, edge.x)));
    return max(d, length(p) - 1.35 * r);
}

float distance_to(vec2 p, float r) {
    switch (v_shape) {
        case 1: return max(abs(p.x), abs(p.y)) - 0.86 * r;
        case 2: return triangle(p, r);
        case 3: return (abs(p.x) + abs(p.y) - 1.22 * r) * 0.7071068;
        case 4: return plus(p, r);
        case 5: return triangle(vec2(p.x, -p.y), r);
        case 6: return plus(vec2(p.x - p.y, p.x + p.y) * 0.7071068, r);
        case 7: return star(p, r);
        default: return length(p) - r;
    }
}

void main() {
    float d = distance_to(v_at, v_radius);
    vec4 color = vec4(0.0);
    color = mix(color, vec4(v_ring.rgb, 1.0) * v_ring.a,
        clamp(0.5 - (d - v_widths.x - v_widths.y), 0.0, 1.0));
    float outline = v_widths.z * clamp(0.5 - (d - v_widths.x), 0.0, 1.0)
        * step(0.01, v_widths.x);
    color = vec4(u_background, 1.0) * outline + color * (1.0 - outline);
    // Marks smaller than a pixel keep their weight by their alpha.
    float fill = v_fill.a * clamp(0.5 - d, 0.0, 1.0);
    color = vec4(v_fill.rgb, 1.0) * fill + color * (1.0 - fill);
    if (color.a < 0.004) {
        discard;
    }
    o_color = color;
}
