// Convolution, batch norm, residual and relu as one call, and the gradient of all as one: between small ones the calls
// cost more than the work.
#include <vector>

#include "batch-norm.h"
#include "conv.h"
#include "kernel.h"

namespace consilium {

namespace {

// x [batch, h, w, in] with filter [kh, kw, in, out] gives `pixels` of `out` channels.
bool read(Call& call, int x, int filter, const Movement& m, Geometry& g) {
  const Shape image = call.shape(x), f = call.shape(filter);
  if (!call.expect(image.size() == 4 && f.size() == 4 && image[3] == f[2] && f[3] > 0, "conv norm: shapes do not fit")) {
    return false;
  }
  g = {image[0], image[1], image[2], image[3],   f[0],  f[1],  f[3],
       m.height, m.width,  m.stride, m.dilation, m.top, m.left};
  return true;
}

// Inputs: x, filter, scale, offset, moving mean, moving variance [, residual].
// Outputs: y, the convolution z, mean and 1 / std that were used, the new moving mean and variance (training; else empty).
class ConvNorm {
 public:
  explicit ConvNorm(const Attributes& attributes) : movement_(attributes), norm_(attributes) {}
  void run(Call& call) const {
    Geometry g;
    if (!read(call, 0, 1, movement_, g)) return;
    for (int i = 2; i < 6; ++i) {
      if (!call.expect(call.size(i) == g.out, "conv norm: a parameter has not one value a channel")) return;
    }
    const bool residual = call.inputs() > 6;
    if (!call.expect(!residual || call.size(6) == g.pixels() * g.out, "conv norm: residual of another size")) return;
    const Shape shape = {g.batch, g.oh, g.ow, g.out}, moving = {norm_.training ? g.out : 0};
    float *y = call.output(0, shape), *z = call.output(1, shape);
    float *mean = call.output(2, {g.out}), *inverse = call.output(3, {g.out});
    float *newMean = call.output(4, moving), *newVariance = call.output(5, moving);
    if (!y || !z || !mean || !inverse || !newMean || !newVariance) return;
    convolve(g, call.input(0), call.input(1), z);
    normalise(norm_, {g.pixels(), g.out, z, call.input(2), call.input(3), call.input(4), call.input(5),
                      residual ? call.input(6) : nullptr, y, mean, inverse, newMean, newVariance});
  }

 private:
  Movement movement_;
  NormSettings norm_;
};

// Inputs: dy, x, filter, z, scale, offset, mean, 1 / std, and y where a residual took part and relu was on.
// Outputs: dx and dfilter (empty where not wanted), dscale and doffset (training; else empty), dresidual (where y is given;
// else empty).
class ConvNormGradient {
 public:
  explicit ConvNormGradient(const Attributes& attributes)
      : movement_(attributes), norm_(attributes), wanted_(attributes) {}
  void run(Call& call) const {
    Geometry g;
    if (!read(call, 1, 2, movement_, g)) return;
    const int64_t size = g.pixels() * g.out;
    if (!call.expect(call.size(0) == size && call.size(3) == size, "conv norm gradient: dy or z of another size")) return;
    for (int i = 4; i < 8; ++i) {
      if (!call.expect(call.size(i) == g.out, "conv norm gradient: a parameter has not one value a channel")) return;
    }
    const bool residual = call.inputs() > 8;
    if (!call.expect(!residual || call.size(8) == size, "conv norm gradient: y of another size")) return;
    const Shape none = {0}, parameter = {norm_.training ? g.out : 0};
    float* dx = call.output(0, wanted_.first ? call.shape(1) : none);
    float* dfilter = call.output(1, wanted_.second ? call.shape(2) : none);
    float *dscale = call.output(2, parameter), *doffset = call.output(3, parameter);
    float* dresidual = call.output(4, residual ? call.shape(0) : none);
    if (!dx || !dfilter || !dscale || !doffset || !dresidual) return;
    Scratch dz(size);
    normaliseGradient(norm_, {g.pixels(), g.out, call.input(0), call.input(3), call.input(4), call.input(5),
                              call.input(6), call.input(7), residual ? call.input(8) : nullptr, dz.data(), dscale,
                              doffset, dresidual});
    if (wanted_.first) convolveInputGradient(g, dz.data(), call.input(2), dx);
    if (wanted_.second) convolveFilterGradient(g, call.input(1), dz.data(), dfilter);
  }

 private:
  Movement movement_;
  NormSettings norm_;
  Wanted wanted_;  // dx, dfilter
};

void registerForward() {
  const std::vector<const char*> attributes = {Movement::kAttribute, NormSettings::kAttribute};
  const std::vector<const char*> outputs = {"y: float",       "z: float",        "mean: float",
                                            "inverse: float", "new_mean: float", "new_variance: float"};
  std::vector<const char*> inputs = {"x: float",      "filter: float",      "scale: float",
                                     "offset: float", "moving_mean: float", "moving_variance: float"};
  registerKernel<ConvNorm>({"ConsiliumConvNorm", attributes, inputs, outputs});
  inputs.push_back("residual: float");
  registerKernel<ConvNorm>({"ConsiliumConvNormResidual", attributes, inputs, outputs});
}

void registerGradient() {
  const std::vector<const char*> attributes = {Movement::kAttribute, NormSettings::kAttribute, Wanted::kAttribute};
  const std::vector<const char*> outputs = {"dx: float", "dfilter: float", "dscale: float", "doffset: float",
                                            "dresidual: float"};
  std::vector<const char*> inputs = {"dy: float",    "x: float",      "filter: float", "z: float",
                                     "scale: float", "offset: float", "mean: float",   "inverse: float"};
  registerKernel<ConvNormGradient>({"ConsiliumConvNormGradient", attributes, inputs, outputs});
  inputs.push_back("y: float");
  registerKernel<ConvNormGradient>({"ConsiliumConvNormResidualGradient", attributes, inputs, outputs});
}

}  // namespace

void registerConvNorm() {
  registerForward();
  registerGradient();
}

}  // namespace consilium
