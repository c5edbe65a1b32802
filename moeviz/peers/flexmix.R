# A fit by flexmix, R's package for finite mixtures of regressions, from given responsibilities.
#
# Usage: Rscript flexmix.R KIND DATA START OUT ITERATIONS TOLERANCE SECONDS MODE
#   KIND        categorical: multinomial logistic experts; gaussian: linear experts, own variances.
#   DATA        CSV with header x1..xd,y; y in 1..C with class C the reference, or real.
#   START       CSV with header, the n-by-k responsibilities; EM begins with an M-step from them.
#   OUT         JSON file to write.
#   ITERATIONS  most iterations.
#   TOLERANCE   flexmix's: stop when one iteration changes the log-likelihood by less, relatively.
#   SECONDS     stop after so long and report the last whole iteration; Inf for no limit. All times
#               are processor seconds, which other programs on the machine disturb least.
#   MODE        default: flexmix and nnet as they are, but for a Gaussian's variance (see below).
#               strict: every M-step of a gate or a class by nnet run on to a tolerance of 1e-14.
#
# Gates are a softmax of linear functions (concomitant variables). Two classes are fitted by
# FLXMRglm(family = "binomial"), more by FLXMRmultinom. flexmix divides a Gaussian's weighted sum of
# squares by a number with lost degrees of freedom; here it is divided by the sum of the weights,
# which is the M-step of maximum likelihood.
suppressMessages(library(flexmix))

# Processor seconds that this program has used.
clock <- function() sum(proc.time()[c("user.self", "sys.self")])

# Text of a JSON value; numbers have 17 digits.
json <- function(v) {
  if (is.null(v)) return("null")
  if (is.list(v)) {
    pairs <- sprintf("\"%s\": %s", names(v), vapply(v, json, ""))
    return(paste0("{", paste(pairs, collapse = ", "), "}"))
  }
  if (is.matrix(v)) {
    rows <- apply(v, 1, function(row) json(I(unname(row))))
    return(paste0("[", paste(rows, collapse = ", "), "]"))
  }
  text <- if (is.character(v)) paste0("\"", gsub("([\"\\\\])", "\\\\\\1", gsub("\n", " ", v)), "\"")
          else if (is.logical(v)) tolower(as.character(v))
          else ifelse(is.finite(v), sprintf("%.17g", v), "null")
  if (length(text) == 1 && !inherits(v, "AsIs")) return(text)
  paste0("[", paste(text, collapse = ", "), "]")
}

# Row by row: log of the sum of exponentials, and log of the softmax.
log_sum_exp <- function(L) {
  top <- L[cbind(seq_len(nrow(L)), max.col(L, "first"))]
  top + log(rowSums(exp(L - top)))
}
log_softmax <- function(L) L - log_sum_exp(L)

# The softmax gates, watched. Each M-step of the gates notes the time, the log-likelihood so far
# (which the calling frame of flexmix holds) and the probabilities that it returns. These belong to
# the log-likelihood that flexmix reports last; the coefficients that it reports are from one M-step
# later.
watched_gates <- function(inputs, seen, strict, seconds) {
  gates <- FLXPmultinom(reformulate(inputs))
  plain <- gates@fit
  last <- NULL
  gates@fit <- function(x, y, w, ...) {
    frame <- parent.frame()
    now <- clock()
    seen$trace <- c(seen$trace, frame$llh)
    seen$time <- c(seen$time, now)
    if (now - seen$time[1] > seconds && length(seen$trace) > 1) {
      seen$components <- frame$components[[1]]
      stop("out of time")
    }
    if (strict) {
      r <- ncol(x)
      p <- ncol(y)
      if (is.null(last)) last <<- rep(0, p * (r + 1))
      net <- nnet::nnet.default(
        x, y, rep(1, nrow(x)), Wts = last, size = 0, skip = TRUE, softmax = TRUE, rang = 0,
        mask = c(rep(0, r + 1), rep(c(0, rep(1, r)), p - 1)),
        trace = FALSE, maxit = 1000, reltol = 1e-14, abstol = 0, MaxNWts = 1e5)
      last <<- net$wts
      seen$prior <- net$fitted.values
    } else seen$prior <- plain(x, y, w, ...)
    seen$prior
  }
  gates
}

# Coefficients behind gate probabilities, one row per expert, the first 0.
gate_coefficients <- function(X, P) t(sapply(seq_len(ncol(P)), function(j) {
  use <- P[, j] > 1e-250 & P[, 1] > 1e-250
  lm.fit(X[use, , drop = FALSE], log(P[use, j]) - log(P[use, 1]))$coefficients
}))

# What each kind needs: the driver, log densities and what to report of the experts.
categorical <- function(data, inputs, strict) {
  classes <- max(data$y)
  if (classes == 2) {
    data$Y <- cbind(data$y == 1, data$y == 2) + 0
    model <- FLXMRglm(family = "binomial")
  } else {
    data$Y <- data$y %% classes + 1  # its reference is the first class
    model <- if (strict) FLXMRmultinom(maxit = 1000, reltol = 1e-14, abstol = 0, MaxNWts = 1e5)
             else FLXMRmultinom()
  }
  slopes <- function(q) matrix(q$coef, nrow = classes - 1)
  list(
    data = data, formula = reformulate(inputs, "Y"), model = model,
    log_density = function(X, q) {
      log_softmax(cbind(X %*% t(slopes(q)), 0))[cbind(seq_along(data$y), data$y)]
    },
    report = function(found) list(experts = do.call(rbind, lapply(found, slopes))))
}

gaussian_experts <- function(data, inputs) {
  model <- FLXMRglm(family = "gaussian")
  define <- model@defineComponent
  model@fit <- function(x, y, w, component) {
    fitted <- lm.wfit(x, y, w)
    sigma <- sqrt(sum(w * fitted$residuals^2) / sum(w))
    define(list(coef = coef(fitted), df = ncol(x) + 1, sigma = sigma))
  }
  list(
    data = data, formula = reformulate(inputs, "y"), model = model,
    log_density = function(X, q) dnorm(data$y, X %*% q$coef, q$sigma, log = TRUE),
    report = function(found) list(
      experts = unname(do.call(rbind, lapply(found, `[[`, "coef"))),
      variances = I(unname(sapply(found, `[[`, "sigma"))^2)))
}

main <- function(a) {
  if (length(a) != 8) stop("usage: KIND DATA START OUT ITERATIONS TOLERANCE SECONDS MODE")
  data <- read.csv(a[2])
  start <- as.matrix(read.csv(a[3]))
  dimnames(start) <- NULL
  inputs <- setdiff(names(data), "y")
  strict <- a[8] == "strict"
  parts <- switch(a[1],
    categorical = categorical(data, inputs, strict),
    gaussian = gaussian_experts(data, inputs),
    stop("unknown kind"))
  seen <- new.env()
  seen$trace <- seen$time <- NULL
  control <- list(minprior = 0, iter.max = as.integer(a[5]), tolerance = as.numeric(a[6]),
                  verbose = 0, classify = "weighted")
  set.seed(1)
  began <- clock()
  fit <- tryCatch(
    suppressWarnings(flexmix(
      parts$formula, data = parts$data, k = ncol(start), cluster = start, model = parts$model,
      concomitant = watched_gates(inputs, seen, strict, as.numeric(a[7])), control = control)),
    error = function(e) conditionMessage(e))
  seconds <- clock() - began
  done <- is(fit, "flexmix")
  if (!done && is.null(seen$components)) stop(fit)
  components <- if (done) lapply(fit@components, `[[`, 1) else seen$components
  found <- lapply(components, function(one) one@parameters)
  X <- cbind(1, as.matrix(data[, inputs, drop = FALSE]))
  gates <- gate_coefficients(X, seen$prior)
  densities <- sapply(found, function(q) parts$log_density(X, q))
  trace <- c(seen$trace[-1], if (done) as.numeric(logLik(fit)))
  result <- c(
    list(
      log_likelihood = trace[length(trace)],
      own_check = sum(log_sum_exp(log_softmax(X %*% t(gates)) + densities)),
      iterations = length(trace),
      converged = done && fit@converged, capped = !done, seconds = seconds,
      seconds_per_iteration = diff(range(seen$time)) / max(1, length(seen$time) - 1),
      version = as.character(packageVersion("flexmix")),
      gates = gates, trace = I(trace)),
    parts$report(found))
  cat(json(result), "\n", sep = "", file = a[4])
}

main(commandArgs(TRUE))
