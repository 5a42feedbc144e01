// What every kernel of our own shares: a thin layer over TensorFlow's C API for kernels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_tensor.h"

namespace consilium {

using Shape = std::vector<int64_t>;

int64_t elements(const Shape& shape);

// Attributes of an op, read once when TensorFlow creates its kernel.
class Attributes {
 public:
  explicit Attributes(TF_OpKernelConstruction* construction) : construction_(construction) {}
  float number(const char* name) const;
  int64_t integer(const char* name) const;
  // A list of so many; another length is reported to TensorFlow, and zeros are given.
  std::vector<int64_t> integers(const char* name, int length) const;
  std::vector<float> numbers(const char* name, int length) const;

 private:
  bool expectLength(const char* name, int length) const;
  TF_OpKernelConstruction* construction_;
};

// Which of two results is asked of a kernel that can give both.
struct Wanted {
  explicit Wanted(const Attributes& attributes);
  static constexpr const char* kAttribute = "wanted: list(int)";
  bool first = false, second = false;
};

// Inputs and outputs of one call. Inputs are freed when the call ends; outputs are TensorFlow's own memory.
class Call {
 public:
  explicit Call(TF_OpKernelContext* context);
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  int inputs() const { return static_cast<int>(tensors_.size()); }
  const float* input(int index) const { return static_cast<const float*>(TF_TensorData(tensors_[index])); }
  const int32_t* integers(int index) const { return static_cast<const int32_t*>(TF_TensorData(tensors_[index])); }
  // The input's own memory, for state that the caller owns alone (Adam's moments) and that changes in place.
  float* state(int index) const { return static_cast<float*>(TF_TensorData(tensors_[index])); }
  Shape shape(int index) const;
  int64_t size(int index) const { return TF_TensorElementCount(tensors_[index]); }
  // Null after a failed allocation, which is reported to TensorFlow.
  float* output(int index, const Shape& shape);
  void fail(const std::string& message);
  bool expect(bool condition, const std::string& message);

 private:
  TF_OpKernelContext* context_;
  std::vector<TF_Tensor*> tensors_;
};

struct Signature {
  const char* name;
  std::vector<const char*> attributes;
  std::vector<const char*> inputs;
  std::vector<const char*> outputs;
};

void registerOp(const Signature& signature, void* (*create)(TF_OpKernelConstruction*),
                void (*compute)(void*, TF_OpKernelContext*), void (*destroy)(void*));

// Registers a kernel: a class with a constructor from Attributes and `void run(Call&) const`.
template <class Kernel>
void registerKernel(const Signature& signature) {
  registerOp(
      signature,
      [](TF_OpKernelConstruction* construction) -> void* { return new Kernel(Attributes(construction)); },
      [](void* kernel, TF_OpKernelContext* context) {
        Call call(context);
        static_cast<const Kernel*>(kernel)->run(call);
      },
      [](void* kernel) { delete static_cast<Kernel*>(kernel); });
}

// Memory for a kernel's own use, not set to anything. What a thread gives back it keeps for its next kernel: asking the
// system for memory, and having it cleared, takes as long as a small product.
class Scratch {
 public:
  explicit Scratch(size_t values = 0);
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  // Room for so many values; what was there is lost.
  void resize(size_t values);
  float* data() const { return values_; }

 private:
  size_t room_ = 0;
  float* values_ = nullptr;
};

// Threads worth starting for this many values: small work is done by the caller alone.
int threadsFor(int64_t values);

// work(0) … work(threads − 1), each on a thread of its own where the compiler has OpenMP.
template <class Work>
void inParallel(int threads, Work work) {
#ifdef _OPENMP
#pragma omp parallel for num_threads(threads) schedule(static, 1)
#endif
  for (int thread = 0; thread < threads; ++thread) work(thread);
}

// The part [begin, end) of `total` that belongs to one thread; fixed by the number of threads, so that sums over
// the parts, taken in their order, have equal bits in every run.
struct Part {
  int64_t begin, end;
};
Part partOf(int64_t total, int thread, int threads);

// The one output, of the shape of an input, value by value: work(index) gives each. `cost` is what a value costs, in additions.
template <class Work>
void mapValues(Call& call, int input, int64_t cost, Work work) {
  float* y = call.output(0, call.shape(input));
  if (!y) return;
  const int64_t size = call.size(input);
  const int threads = threadsFor(cost * size);
  inParallel(threads, [&](int thread) {
    const Part part = partOf(size, thread, threads);
#pragma omp simd
    for (int64_t i = part.begin; i < part.end; ++i) y[i] = work(i);
  });
}

// Registration, one line a kernel (addon.cc calls them).
void registerAdd();
void registerBatchNorm();
void registerBatchNormGradient();
void registerAdam();
void registerConv();
void registerConvNorm();
void registerLayerNorm();
void registerGelu();
void registerAttention();
void registerDense();
void registerMaxPool();
void registerBce();
void registerJoinRelu();
void registerSigmoid();
void registerConcat();
void registerExpG();
void registerFuseVotes();

}  // namespace consilium
